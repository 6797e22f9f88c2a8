/** POSIX shared memory and semaphores that both have open or mapped, and POSIX message queues that both have open. */
import { Channel, type Edge } from '../../../../proto/generated/messages.ts'
import { createEdges } from '../edges.ts'
import type { CouplingFacts } from '../facts.ts'
import { sharedMemory } from '../mapped-memory.ts'
import { isPosixSharedMemory } from '../memory-kind.ts'
import { printable } from '../printable.ts'

export function coupleByPosixSharedMemory({ processes, files }: CouplingFacts): Edge[] {
  const edges = createEdges(Channel.CHANNEL_POSIX_SHARED_MEMORY)
  for (const { path, holders } of sharedMemory(processes, isPosixSharedMemory)) {
    edges.addAll(holders, `POSIX shared memory ${printable(path)}`)
  }
  for (const { kind, path, holders } of files) {
    const users = holders.map(({ process }) => process)
    if (kind === 'message queue') edges.addAll(users, `POSIX message queue ${printable(path)}`)
    else if (kind === 'file' && isPosixSharedMemory(path)) {
      edges.addAll(users, `POSIX shared memory ${printable(path)}`)
    }
  }
  return edges.list()
}
