/** Memory that several processes have mapped and at least one can write. Pure. */
import type { Process } from '../../../proto/generated/messages.ts'
import type { ObservedProcess } from '../../process/source.ts'

export interface MappedMemory {
  path: string
  holders: Process[]
}

/** @param isWanted by its path */
export function sharedMemory(
  processes: readonly ObservedProcess[],
  isWanted: (path: string) => boolean,
): MappedMemory[] {
  const objects = new Map<string, MappedMemory & { isWritten: boolean }>()
  for (const { process, holdings } of processes) {
    for (const { object, path, isWritable } of holdings?.mappings ?? []) {
      if (!isWanted(path)) continue
      const known = objects.get(object)
      if (known === undefined) objects.set(object, { path, holders: [process], isWritten: isWritable })
      else {
        if (known.holders.at(-1) !== process) known.holders.push(process)
        known.isWritten ||= isWritable
      }
    }
  }
  return [...objects.values()].filter(({ holders, isWritten }) => isWritten && holders.length > 1)
}
