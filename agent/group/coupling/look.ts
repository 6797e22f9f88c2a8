/** Sees who runs, and what ties the workload together. */
import type { Process } from '../../../proto/generated/messages.ts'
import type { Pace } from '../../process/pace.ts'
import { createProcessFiles } from '../../process/process-files.ts'
import type { ObservedProcess, ProcessSource } from '../../process/source.ts'
import { couple } from './couple.ts'
import { pidOf } from './edges.ts'
import { gatherFacts } from './reading/gather.ts'
import { ownNamespace } from './reading/network-namespaces.ts'
import { createOpenFileReader } from './reading/open-file-reader.ts'
import { listSockets } from './reading/sockets.ts'
import type { Tie } from './ties.ts'

export interface Sight {
  /** Every process that is not a kernel thread, by rising pid. */
  observed: readonly ObservedProcess[]
  /** Those that are no infrastructure. */
  workload: readonly ObservedProcess[]
  ties: readonly Tie[]
  /** Processes of the workload that could not be read whole, so that they may have ties unseen. */
  denied: readonly Process[]
}

/** Looks, and marks as replicated what the test says is infrastructure. */
export type Look = (pace: Pace, isInfrastructure: (observed: ObservedProcess) => boolean) => Promise<Sight>

export function createLook(source: ProcessSource): Look {
  const files = createProcessFiles('/proc')
  const reader = createOpenFileReader(files)
  return async (pace, isInfrastructure) => {
    const list = async () => {
      // Starting the process that lists the sockets holds the event loop for as long as a piece of this does.
      await pace.rest()
      return source.list({ inspect: (observed) => !isInfrastructure(observed) })
    }
    const [own, snapshot] = await Promise.all([
      source.seesHoldings ? listSockets(ownNamespace(files), pace) : { unix: [], tcp: [], pid: 0 },
      list(),
    ])
    // Not the listing's own process, which has ended.
    const observed = snapshot.processes.filter(({ process }) => pidOf(process) !== own.pid)
    for (const one of observed) one.process.replicated = isInfrastructure(one)
    const workload = observed.filter(({ process }) => !process.replicated)
    const facts = await gatherFacts({ processes: workload, ownSockets: own, files, reader, pace })
    const closed = new Set([...snapshot.denied, ...files.takeDenied()])
    const denied = workload.map(({ process }) => process).filter((process) => closed.has(pidOf(process)))
    return { observed, workload, ties: await couple(facts, pace), denied }
  }
}
