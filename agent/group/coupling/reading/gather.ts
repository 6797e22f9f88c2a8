/** Reads what the channels decide on, beyond what the listing of processes has. */
import { existsSync, readFileSync } from 'node:fs'
import type { Pace } from '../../../process/pace.ts'
import type { ProcessFiles } from '../../../process/process-files.ts'
import type { ObservedProcess } from '../../../process/source.ts'
import type { CouplingFacts, UnixSocket } from '../facts.ts'
import { parseMessageQueues } from './message-queue-listing.ts'
import { networkNamespaces } from './network-namespaces.ts'
import type { OpenFileReader } from './open-file-reader.ts'
import { readSharedFiles } from './shared-files.ts'
import { readSharedPipes } from './shared-pipes.ts'
import { readTcpSockets } from './tcp-sockets.ts'
import { listUnixSockets } from './unix-sockets.ts'

const messageQueueFile = '/proc/sysvipc/msg'
// Each is a process of its own.
const mostListings = 4

/**
 * @param options.processes the workload
 * @param options.ownSockets unix sockets of the agent's own network namespace
 * @throws UnavailableError `SOCKETS_UNREADABLE`
 */
export async function gatherFacts(options: {
  processes: readonly ObservedProcess[]
  ownSockets: readonly UnixSocket[]
  files: ProcessFiles
  reader: OpenFileReader
  pace: Pace
}): Promise<CouplingFacts> {
  const { processes, ownSockets, files, reader, pace } = options
  reader.forgetMounts()
  const unixSockets = [...ownSockets, ...(await listOtherNamespaces(processes, files, pace))]
  // The kernel looks through a table sized by the memory of the machine, so it is asked only when there is a need.
  const unix = new Set(unixSockets.map(({ inode }) => inode))
  const others = networkNamespaces(processes, (inode) => !unix.has(inode))
  return {
    processes,
    unixSockets,
    tcpSockets: await readTcpSockets({ namespaces: others, files, pace }),
    pipes: await readSharedPipes({ processes, reader, pace }),
    files: await readSharedFiles({ processes, reader, pace }),
    // A kernel may be built without them.
    messageQueues: existsSync(messageQueueFile)
      ? parseMessageQueues(readFileSync(messageQueueFile, 'latin1'))
      : [],
  }
}

/** The unix sockets of every other network namespace that the workload has sockets in. */
async function listOtherNamespaces(
  processes: readonly ObservedProcess[],
  files: ProcessFiles,
  pace: Pace,
): Promise<UnixSocket[]> {
  const own = files.link(process.pid, 'ns/net')
  const others = [...networkNamespaces(processes)].flatMap(([namespace, pids]) => {
    const pid = pids.find((candidate) => files.link(candidate, 'ns/net') === namespace)
    return namespace === own || pid === undefined ? [] : [`/proc/${pid}/ns/net`]
  })
  const sockets: UnixSocket[] = []
  for (let start = 0; start < others.length; start += mostListings) {
    const batch = others.slice(start, start + mostListings)
    const listings = await Promise.all(batch.map((namespace) => listUnixSockets({ pace, namespace })))
    for (const listing of listings) for (const socket of listing.sockets) sockets.push(socket)
  }
  return sockets
}
