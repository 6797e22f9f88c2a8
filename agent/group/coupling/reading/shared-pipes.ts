/** Finds the pipes that several processes hold, and whether one of them reads. */
import type { Process } from '../../../../proto/generated/messages.ts'
import type { OpenPipe } from '../../../process/open-files.ts'
import type { Pace } from '../../../process/pace.ts'
import type { ObservedProcess } from '../../../process/source.ts'
import type { SharedPipe } from '../facts.ts'
import type { OpenFileReader } from './open-file-reader.ts'

interface PipeEnd {
  process: Process
  pipe: OpenPipe
}

export async function readSharedPipes(options: {
  processes: readonly ObservedProcess[]
  reader: OpenFileReader
  pace: Pace
}): Promise<SharedPipe[]> {
  const { processes, reader, pace } = options
  const shared: SharedPipe[] = []
  for (const [inode, ends] of pipeEnds(processes)) {
    const holders = [...new Set(ends.map(({ process }) => process))]
    if (holders.length < 2) continue
    const isRead = ends.some(({ process, pipe }) => reader.access(process.id?.pid ?? 0, pipe)?.canRead)
    shared.push({ inode, holders, isRead })
    if (pace.isDue()) await pace.rest()
  }
  return shared
}

function pipeEnds(processes: readonly ObservedProcess[]): Map<string, PipeEnd[]> {
  const ends = new Map<string, PipeEnd[]>()
  for (const { process, holdings } of processes) {
    for (const pipe of holdings?.pipes ?? []) {
      const known = ends.get(pipe.inode)
      if (known === undefined) ends.set(pipe.inode, [{ process, pipe }])
      else known.push({ process, pipe })
    }
  }
  return ends
}
