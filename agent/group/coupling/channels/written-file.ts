/** A file that both have open for writing. What a process only reads is no coupling. */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { isPosixSharedMemory } from '../memory-kind.ts'
import { printable } from '../printable.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleByWrittenFile({ files }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_WRITTEN_FILE)
  for (const { kind, path, holders } of files) {
    if (kind !== 'file' || isPosixSharedMemory(path)) continue
    const writers = holders.filter(({ canWrite }) => canWrite).map(({ process }) => process)
    ties.add(writers, `written file ${printable(path)}`)
  }
  return ties.list()
}
