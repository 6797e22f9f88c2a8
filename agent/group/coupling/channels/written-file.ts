/** A file that both have open for writing. What a process only reads is no coupling. */
import { Channel, type Edge } from '../../../../proto/generated/messages.ts'
import { createEdges } from '../edges.ts'
import type { CouplingFacts } from '../facts.ts'
import { isPosixSharedMemory } from '../memory-kind.ts'
import { printable } from '../printable.ts'

export function coupleByWrittenFile({ files }: CouplingFacts): Edge[] {
  const edges = createEdges(Channel.CHANNEL_WRITTEN_FILE)
  for (const { kind, path, holders } of files) {
    if (kind !== 'file' || isPosixSharedMemory(path)) continue
    const writers = holders.filter(({ canWrite }) => canWrite).map(({ process }) => process)
    edges.addAll(writers, `written file ${printable(path)}`)
  }
  return edges.list()
}
