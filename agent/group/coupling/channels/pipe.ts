/** A pipe that both hold. One that nobody of the workload reads, such as standard output to a logger, joins nothing. */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleByPipe({ pipes }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_PIPE)
  for (const { inode, holders, isRead } of pipes) {
    if (isRead) ties.add(holders, `pipe ${inode}`)
  }
  return ties.list()
}
