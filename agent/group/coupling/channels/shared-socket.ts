/** One network socket that both hold, such as a listener that several workers inherited. */
import { Channel, type Edge } from '../../../../proto/generated/messages.ts'
import { createEdges } from '../edges.ts'
import type { CouplingFacts } from '../facts.ts'
import { holdersOf } from '../holders.ts'
import { formatTcpAddress } from '../tcp-address.ts'

export function coupleBySharedSocket({ processes, unixSockets, tcpSockets }: CouplingFacts): Edge[] {
  const edges = createEdges(Channel.CHANNEL_SHARED_SOCKET)
  const unix = new Set(unixSockets.map(({ inode }) => inode))
  const tcp = new Map(tcpSockets.map((socket) => [socket.inode, socket]))
  for (const [inode, holders] of holdersOf(processes, ({ sockets }) => sockets)) {
    if (holders.length < 2 || unix.has(inode)) continue
    const known = tcp.get(inode)
    const evidence = known === undefined ? `socket ${inode}` : `TCP socket ${formatTcpAddress(known.local)}`
    edges.addAll(holders, evidence)
  }
  return edges.list()
}
