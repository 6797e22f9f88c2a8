/**
 * Two ends of a unix socket, or one end that both hold. An end whose peer is infrastructure, such as the journal or
 * the bus, joins nothing: every machine has the peer. Not seen: datagrams that are sent without a connection.
 */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { holdersOf } from '../holders.ts'
import { printable } from '../printable.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleByUnixSocket({ processes, unixSockets }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_UNIX_SOCKET)
  const holders = holdersOf(processes, ({ sockets }) => sockets)
  const names = new Map(unixSockets.map(({ inode, name }) => [inode, name]))
  for (const { inode, peer, name, pending } of unixSockets) {
    const held = holders.get(inode)
    const [first] = held ?? []
    if (held === undefined || first === undefined) continue
    const title = name !== '' ? name : (names.get(peer) ?? '')
    const pair = [inode, peer].sort().join(' - ')
    const evidence = title === '' ? `unix sockets ${pair}` : `unix socket ${printable(title)}`
    const others = [peer, ...pending].flatMap((other) => holders.get(other)?.[0] ?? [])
    for (const other of others) ties.add([first, other], evidence)
    if (peer === '0' || others.length > 0) ties.add(held, evidence)
  }
  return ties.list()
}
