/** How many processors a machine's process uses. Pure. */
import type { ProcessorTime } from '../../hypervisor/usage.ts'

/** What a process had taken when it was looked at. */
export interface Reading {
  time: ProcessorTime
  /** When that was, milliseconds on a clock that only goes forward. */
  at: number
}

/**
 * Processors used from one look to the next: 1 is one whole. Null when that is not known: nobody looked before, or another
 * process has the machine by now.
 */
export function processorUse(before: Reading | undefined, now: Reading | undefined): number | null {
  if (before === undefined || now === undefined || now.at <= before.at) return null
  const { pid, startTicks } = now.time.process
  if (pid !== before.time.process.pid || startTicks !== before.time.process.startTicks) return null
  return Math.max(0, now.time.milliseconds - before.time.milliseconds) / (now.at - before.at)
}
