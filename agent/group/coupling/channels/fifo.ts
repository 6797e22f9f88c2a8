/** A named pipe that both have open. */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { printable } from '../printable.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleByFifo({ files }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_FIFO)
  for (const { kind, path, holders } of files) {
    // As with pipes: between those that only write, nothing flows.
    if (kind !== 'fifo' || !holders.some(({ canRead }) => canRead)) continue
    ties.add(
      holders.map(({ process }) => process),
      `named pipe ${printable(path)}`,
    )
  }
  return ties.list()
}
