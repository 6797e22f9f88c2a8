/** Reads the TCP sockets of every network namespace that the workload has sockets in. */
import type { Pace } from '../../../process/pace.ts'
import type { ProcessFiles } from '../../../process/process-files.ts'
import type { TcpSocket } from '../facts.ts'
import { parseTcpSockets } from './tcp-listing.ts'

/** @param options.namespaces with the processes that are in each: any of them shows its sockets */
export async function readTcpSockets(options: {
  namespaces: ReadonlyMap<string, readonly number[]>
  files: ProcessFiles
  pace: Pace
}): Promise<TcpSocket[]> {
  const { namespaces, files, pace } = options
  const sockets: TcpSocket[] = []
  for (const [namespace, pids] of namespaces) {
    // The first that has not ended since.
    const pid = pids.find((candidate) => files.link(candidate, 'ns/net') === namespace)
    if (pid === undefined) continue
    for (const file of ['net/tcp', 'net/tcp6']) {
      for (const piece of files.pieces(pid, file)) {
        sockets.push(...parseTcpSockets(piece, namespace))
        if (pace.isDue()) await pace.rest()
      }
    }
  }
  return sockets
}
