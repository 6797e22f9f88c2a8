/** Both ends of a TCP connection in this guest, over the loopback or over addresses of its own. */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts, TcpSocket } from '../facts.ts'
import { holdersOf } from '../holders.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleByLoopbackTcp({ processes, tcpSockets }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_LOOPBACK_TCP)
  const holders = holdersOf(processes, ({ sockets }) => sockets)
  const connected = tcpSockets.filter(({ state }) => state === 'connected')
  const listening = tcpSockets.filter(({ state }) => state === 'listening')
  const ends = new Map(connected.map((socket) => [endKey(socket, socket.local, socket.remote), socket]))
  const listeners = new Map(listening.map((socket) => [listenerKey(socket, socket.local), socket]))
  for (const socket of connected) {
    const [holder] = holders.get(socket.inode) ?? []
    const other = ends.get(endKey(socket, socket.remote, socket.local))
    if (holder === undefined || other === undefined) continue
    // A connection that waits to be accepted belongs to whoever listens.
    const inode = other.inode === '0' ? listeners.get(listenerKey(other, other.local))?.inode : other.inode
    const [otherHolder] = holders.get(inode ?? '0') ?? []
    if (otherHolder === undefined) continue
    const [one, two] = [socket.local, socket.remote].sort()
    ties.add([holder, otherHolder], `TCP connection ${one} - ${two}`)
  }
  return ties.list()
}

// 127.0.0.0/8 and ::1.
const loopback = /^(127\.|\[::1\]:)/

/** A loopback address means something in its own network namespace only; others lead from one to another. */
function endKey({ namespace }: TcpSocket, local: string, remote: string): string {
  return `${loopback.test(local) || loopback.test(remote) ? namespace : ''} ${local} ${remote}`
}

function listenerKey({ namespace }: TcpSocket, local: string): string {
  return `${namespace} ${local.slice(local.lastIndexOf(':'))}`
}
