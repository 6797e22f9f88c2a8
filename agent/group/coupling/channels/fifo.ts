/** A named pipe that both have open. */
import { Channel, type Edge } from '../../../../proto/generated/messages.ts'
import { createEdges } from '../edges.ts'
import type { CouplingFacts } from '../facts.ts'
import { printable } from '../printable.ts'

export function coupleByFifo({ files }: CouplingFacts): Edge[] {
  const edges = createEdges(Channel.CHANNEL_FIFO)
  for (const { kind, path, holders } of files) {
    // As with pipes: between those that only write, nothing flows.
    if (kind !== 'fifo' || !holders.some(({ canRead }) => canRead)) continue
    edges.addAll(
      holders.map(({ process }) => process),
      `named pipe ${printable(path)}`,
    )
  }
  return edges.list()
}
