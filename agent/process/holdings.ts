/** Reads what a process holds. */
import { addOpenFile, type OpenFiles } from './open-files.ts'
import type { Pace } from './pace.ts'
import type { ProcessFiles } from './process-files.ts'
import { parseSharedMappings, type SharedMapping, sharedMark } from './shared-mappings.ts'
import type { Holdings } from './source.ts'

/** @param options.slots the size of the process's table of open files */
export async function readHoldings(options: {
  files: ProcessFiles
  pid: number
  slots: number
  pace: Pace
}): Promise<Holdings> {
  const { files, pid, slots, pace } = options
  const open: OpenFiles = { sockets: [], pipes: [], paths: [] }
  for (const descriptors of files.descriptors(pid, slots)) {
    for (const descriptor of descriptors) {
      const target = files.link(pid, `fd/${descriptor}`)
      if (target !== undefined) addOpenFile(open, descriptor, target)
      if (pace.isDue()) await pace.rest()
    }
  }
  const mappings: SharedMapping[] = []
  for (const piece of files.pieces(pid, 'maps', sharedMark)) {
    mappings.push(...parseSharedMappings(piece))
    if (pace.isDue()) await pace.rest()
  }
  const networkNamespace = open.sockets.length === 0 ? '' : (files.link(pid, 'ns/net') ?? '')
  return { ...open, mappings, networkNamespace }
}
