/**
 * Finds the files that several processes have open, one of them for writing. Files are the same by device and inode,
 * whatever their folders are called: services may have mounts of their own. Only files with the same last name are
 * compared, and those that could only join who is joined already are passed over: a database has thousands of files
 * open in hundreds of processes. So two hard links with different names are not seen as one.
 */
import type { Process } from '../../../../proto/generated/messages.ts'
import type { AccessMode } from '../../../process/access-mode.ts'
import type { OpenPath } from '../../../process/open-files.ts'
import type { Pace } from '../../../process/pace.ts'
import type { ObservedProcess } from '../../../process/source.ts'
import { createUnion } from '../../union.ts'
import type { FileHolder, SharedFile } from '../facts.ts'
import type { IdentifiedFile, OpenFileReader } from './open-file-reader.ts'

/** One open file of one process. */
interface Opening {
  process: Process
  pid: number
  file: OpenPath
}

/** A file, and the first opening of it that was found. */
interface FoundFile {
  opening: Opening
  identified: IdentifiedFile
  holders: FileHolder[]
}

export async function readSharedFiles(options: {
  processes: readonly ObservedProcess[]
  reader: OpenFileReader
  pace: Pace
}): Promise<SharedFile[]> {
  const { processes, reader, pace } = options
  const joined = createUnion()
  const shared: SharedFile[] = []
  for (const openings of byLastName(processes)) {
    if (new Set(openings.map(({ pid }) => joined.find(pid))).size < 2) continue
    for (const { opening, identified, holders } of await identifyAll(openings, reader, pace)) {
      if (holders.length < 2 || !holders.some(({ canWrite }) => canWrite)) continue
      const kind = reader.readKind(opening.pid, opening.file, identified)
      if (kind === undefined) continue
      shared.push({ kind, path: opening.file.path, holders })
      const coupled = kind === 'file' ? holders.filter(({ canWrite }) => canWrite) : holders
      const [first = 0, ...others] = coupled.map(({ process }) => process.id?.pid ?? 0)
      for (const other of others) joined.join(first, other)
    }
  }
  return shared
}

/** Files of the whole workload whose paths end alike. */
function byLastName(processes: readonly ObservedProcess[]): Opening[][] {
  const named = new Map<string, Opening[]>()
  for (const { process, holdings } of processes) {
    for (const file of holdings?.paths ?? []) {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1)
      const opening = { process, pid: process.id?.pid ?? 0, file }
      const known = named.get(name)
      if (known === undefined) named.set(name, [opening])
      else known.push(opening)
    }
  }
  return [...named.values()]
}

/** None when nobody writes. */
async function identifyAll(
  openings: readonly Opening[],
  reader: OpenFileReader,
  pace: Pace,
): Promise<FoundFile[]> {
  const modes = new Map<Opening, AccessMode>()
  for (const opening of openings) {
    const mode = reader.access(opening.pid, opening.file)
    if (mode !== undefined) modes.set(opening, mode)
    if (pace.isDue()) await pace.rest()
  }
  if (![...modes.values()].some(({ canWrite }) => canWrite)) return []
  const found = new Map<string, FoundFile>()
  for (const [opening, mode] of modes) {
    const identified = reader.identify(opening.pid, opening.file)
    if (identified === undefined) continue
    const known = found.get(identified.identity)
    if (known !== undefined) addHolder(known.holders, opening.process, mode)
    else {
      const holders = [{ process: opening.process, ...mode }]
      found.set(identified.identity, { opening, identified, holders })
    }
    if (pace.isDue()) await pace.rest()
  }
  return [...found.values()]
}

/** The openings of a process follow each other, so that one that has the file open twice is the last holder. */
function addHolder(holders: FileHolder[], process: Process, mode: AccessMode): void {
  const last = holders.at(-1)
  if (last?.process !== process) holders.push({ process, ...mode })
  else {
    last.canRead ||= mode.canRead
    last.canWrite ||= mode.canWrite
  }
}
