/** Memory that both have mapped as shared and one can write: a file, a memfd, or anonymous memory that was inherited. */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { sharedMemory } from '../mapped-memory.ts'
import { isPosixSharedMemory, isSystemVSharedMemory } from '../memory-kind.ts'
import { printable } from '../printable.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleBySharedMapping({ processes }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_SHARED_MAPPING)
  const isOther = (path: string) => !isPosixSharedMemory(path) && !isSystemVSharedMemory(path)
  for (const { path, holders } of sharedMemory(processes, isOther)) {
    const isAnonymous = path.startsWith('/dev/zero')
    ties.add(holders, isAnonymous ? 'shared anonymous memory' : `shared mapping of ${printable(path)}`)
  }
  return ties.list()
}
