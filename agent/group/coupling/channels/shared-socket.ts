/** One network socket that both hold, such as a listener that several workers inherited. */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { holdersOf } from '../holders.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleBySharedSocket({ processes, unixSockets, tcpSockets }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_SHARED_SOCKET)
  const unix = new Set(unixSockets.map(({ inode }) => inode))
  const tcp = new Map(tcpSockets.map((socket) => [socket.inode, socket]))
  for (const [inode, holders] of holdersOf(processes, ({ sockets }) => sockets)) {
    if (holders.length < 2 || unix.has(inode)) continue
    const known = tcp.get(inode)
    const evidence = known === undefined ? `socket ${inode}` : `TCP socket ${known.local}`
    ties.add(holders, evidence)
  }
  return ties.list()
}
