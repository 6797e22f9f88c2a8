/** A pipe that both hold. One that nobody of the workload reads, such as standard output to a logger, joins nothing. */
import { Channel, type Edge } from '../../../../proto/generated/messages.ts'
import { createEdges } from '../edges.ts'
import type { CouplingFacts } from '../facts.ts'

export function coupleByPipe({ pipes }: CouplingFacts): Edge[] {
  const edges = createEdges(Channel.CHANNEL_PIPE)
  for (const { inode, holders, isRead } of pipes) {
    if (isRead) edges.addAll(holders, `pipe ${inode}`)
  }
  return edges.list()
}
