/** POSIX shared memory and semaphores that both have open or mapped, and POSIX message queues that both have open. */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { sharedMemory } from '../mapped-memory.ts'
import { isPosixSharedMemory } from '../memory-kind.ts'
import { printable } from '../printable.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleByPosixSharedMemory({ processes, files }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_POSIX_SHARED_MEMORY)
  for (const { path, holders } of sharedMemory(processes, isPosixSharedMemory)) {
    ties.add(holders, `POSIX shared memory ${printable(path)}`)
  }
  for (const { kind, path, holders } of files) {
    const users = holders.map(({ process }) => process)
    if (kind === 'message queue') ties.add(users, `POSIX message queue ${printable(path)}`)
    else if (kind === 'file' && isPosixSharedMemory(path)) {
      ties.add(users, `POSIX shared memory ${printable(path)}`)
    }
  }
  return ties.list()
}
