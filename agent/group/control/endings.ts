/** Keeps account of how each process of a group ended. */
import type { EndedProcess, Ending, Process } from '../../../proto/generated/messages.ts'
import { isAlive } from './process-status.ts'

/** What was done to a process last. */
type Treatment = 'gone' | 'asked' | 'killed'

export interface Endings {
  /** A process that was met again keeps only its last treatment. */
  note(process: Process, treatment: Treatment): void
  /** Looks at each process now. */
  list(): EndedProcess[]
}

const endings: Record<Treatment, Ending> = {
  gone: 'ENDING_GONE',
  asked: 'ENDING_TERMINATED',
  killed: 'ENDING_KILLED',
}

export function createEndings(): Endings {
  const treatments = new Map<string, { process: Process; treatment: Treatment }>()
  return {
    note(process, treatment) {
      treatments.set(`${process.id?.pid} ${process.id?.startTicks}`, { process, treatment })
    },
    list: () =>
      [...treatments.values()].map(({ process: { id, name }, treatment }) => {
        const isRunning = id !== null && isAlive(id)
        return { id, name, ending: isRunning ? 'ENDING_STILL_RUNNING' : endings[treatment] }
      }),
  }
}
