/** Who runs, and who of them is infrastructure: less than a survey, and much quicker. */
import type { Process } from '../proto/generated/messages.ts'
import { createInfrastructureTest } from './group/infrastructure.ts'
import type { ProcessSource } from './process/source.ts'

/** @param options.infrastructure units that are infrastructure besides those that always are */
export function createProcessLister(options: {
  source: ProcessSource
  infrastructure: readonly string[]
}): () => Promise<Process[]> {
  const { source, infrastructure } = options
  const isInfrastructure = createInfrastructureTest({ units: infrastructure, ownPid: process.pid })
  return async () => {
    const { processes } = await source.list()
    return processes.map((observed) => ({ ...observed.process, replicated: isInfrastructure(observed) }))
  }
}
