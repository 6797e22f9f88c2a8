/** Who holds what. Pure. */
import type { Process } from '../../../proto/generated/messages.ts'
import type { Holdings, ObservedProcess } from '../../process/source.ts'

/** The processes that hold each object, every process once, in the order given. */
export function holdersOf(
  processes: readonly ObservedProcess[],
  select: (holdings: Holdings) => Iterable<string>,
): Map<string, Process[]> {
  const holders = new Map<string, Process[]>()
  for (const { process, holdings } of processes) {
    if (holdings === undefined) continue
    for (const object of select(holdings)) {
      const known = holders.get(object)
      if (known === undefined) holders.set(object, [process])
      else if (known.at(-1) !== process) known.push(process)
    }
  }
  return holders
}
