/** Reads what the channels decide on, beyond what the listing of processes has. */
import { existsSync, readFileSync } from 'node:fs'
import type { Pace } from '../../../process/pace.ts'
import type { ProcessFiles } from '../../../process/process-files.ts'
import type { ObservedProcess } from '../../../process/source.ts'
import type { CouplingFacts } from '../facts.ts'
import { parseMessageQueues } from './message-queue-listing.ts'
import { otherNamespaces } from './network-namespaces.ts'
import type { OpenFileReader } from './open-file-reader.ts'
import { readSharedFiles } from './shared-files.ts'
import { readSharedPipes } from './shared-pipes.ts'
import { listSockets, type NetworkNamespace, type Sockets } from './sockets.ts'

const messageQueueFile = '/proc/sysvipc/msg'
// Each listing is a process of its own.
const mostListings = 4

/**
 * @param options.processes the workload
 * @param options.ownSockets those of the agent's own network namespace
 * @throws UnavailableError `SOCKETS_UNREADABLE`
 */
export async function gatherFacts(options: {
  processes: readonly ObservedProcess[]
  ownSockets: Sockets
  files: ProcessFiles
  reader: OpenFileReader
  pace: Pace
}): Promise<CouplingFacts> {
  const { processes, ownSockets, files, reader, pace } = options
  reader.forgetMounts()
  const sockets = [ownSockets, ...(await listAll(otherNamespaces(processes, files), pace))]
  return {
    processes,
    unixSockets: sockets.flatMap(({ unix }) => unix),
    tcpSockets: sockets.flatMap(({ tcp }) => tcp),
    pipes: await readSharedPipes({ processes, reader, pace }),
    files: await readSharedFiles({ processes, reader, pace }),
    // A kernel may be built without them.
    messageQueues: existsSync(messageQueueFile)
      ? parseMessageQueues(readFileSync(messageQueueFile, 'latin1'))
      : [],
  }
}

async function listAll(namespaces: readonly NetworkNamespace[], pace: Pace): Promise<Sockets[]> {
  const listings: Sockets[] = []
  for (let start = 0; start < namespaces.length; start += mostListings) {
    const batch = namespaces.slice(start, start + mostListings)
    listings.push(...(await Promise.all(batch.map((namespace) => listSockets(namespace, pace)))))
  }
  return listings
}
