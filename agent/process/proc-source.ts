/** Processes from /proc of Linux. */
import { uptime } from 'node:os'
import { UnavailableError } from '../../proto/errors.ts'
import { createAccounts } from './accounts.ts'
import { createObserver, type Observation, type ObserveOptions, type Remembered } from './observe.ts'
import { createPace } from './pace.ts'
import { createProcessFiles } from './process-files.ts'
import type { ListOptions, ObservedProcess, ProcessSnapshot, ProcessSource } from './source.ts'

export function createProcSource(options: {
  procRoot: string
  accountsFile: string
  longestHold: number
}): ProcessSource {
  const files = createProcessFiles(options.procRoot)
  const accounts = createAccounts(options.accountsFile)
  const observe = createObserver(files, accounts)
  let memory = new Map<number, Remembered>()

  /** A second look finds the process that took the pid of one that was remembered. */
  const look = async (looking: ObserveOptions): Promise<Observation | undefined> =>
    (await observe(looking)) ??
    (looking.known === undefined ? undefined : observe({ ...looking, known: undefined }))

  const list = async ({ inspect = () => false }: ListOptions): Promise<ProcessSnapshot> => {
    const pace = createPace(options.longestHold)
    accounts.refresh()
    const processes: ObservedProcess[] = []
    const seen = new Map<number, Remembered>()
    // The moment of the boot on the clock that the measures are taken by: asking for it each time costs as much as a
    // process.
    const boot = performance.now() - uptime() * 1000
    for (const pid of files.pids()) {
      const at = performance.now()
      const observation = await look({ pid, known: memory.get(pid), inspect, pace, at, uptime: at - boot })
      if (observation !== undefined) {
        seen.set(pid, observation.remembered)
        if (observation.observed !== undefined) processes.push(observation.observed)
      }
      if (pace.isDue()) await pace.rest()
    }
    memory = seen
    return { processes, denied: [...files.takeDenied()] }
  }

  return {
    seesHoldings: true,
    async list(listOptions = {}) {
      try {
        return await list(listOptions)
      } catch (cause) {
        throw new UnavailableError({
          code: 'PROCESSES_UNREADABLE',
          message: `the processes of this system could not be read from ${options.procRoot}`,
          remedy: 'See the cause in the log of cleave-agent; it needs /proc whole, and open files to spare.',
          cause,
        })
      }
    },
  }
}
