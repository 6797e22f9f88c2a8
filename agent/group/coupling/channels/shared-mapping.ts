/** Memory that both have mapped as shared and one can write: a file, a memfd, or anonymous memory that was inherited. */
import { Channel, type Edge } from '../../../../proto/generated/messages.ts'
import { createEdges } from '../edges.ts'
import type { CouplingFacts } from '../facts.ts'
import { sharedMemory } from '../mapped-memory.ts'
import { isPosixSharedMemory, isSystemVSharedMemory } from '../memory-kind.ts'
import { printable } from '../printable.ts'

export function coupleBySharedMapping({ processes }: CouplingFacts): Edge[] {
  const edges = createEdges(Channel.CHANNEL_SHARED_MAPPING)
  const isOther = (path: string) => !isPosixSharedMemory(path) && !isSystemVSharedMemory(path)
  for (const { path, holders } of sharedMemory(processes, isOther)) {
    const isAnonymous = path.startsWith('/dev/zero')
    edges.addAll(holders, isAnonymous ? 'shared anonymous memory' : `shared mapping of ${printable(path)}`)
  }
  return edges.list()
}
