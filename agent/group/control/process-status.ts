/** What one process is at this instant, and signals to it. */
import { readFileSync } from 'node:fs'
import type { ProcessId } from '../../../proto/generated/messages.ts'
import { hasEnded, parseStat, type StatFields } from '../../process/stat.ts'
import { errorCode, unlessGone } from './gone.ts'

/** Undefined when there is no such process. */
export function readProcessStatus(pid: number): StatFields | undefined {
  const text = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return text === undefined ? undefined : parseStat(text)
}

/** True while this very process, not a later one with its pid, can still run. */
export function isAlive(id: ProcessId): boolean {
  const status = readProcessStatus(id.pid)
  return status !== undefined && status.startTicks === id.startTicks && !hasEnded(status)
}

/**
 * Signals a process if it is still the same one. Between the look at its start and the signal lie microseconds, in
 * which the kernel would have to give out every other pid before this one comes again.
 *
 * @returns false when it is gone
 */
export function signalProcess(id: ProcessId, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  if (!isAlive(id)) return false
  try {
    process.kill(id.pid, signal)
    return true
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false
    throw error
  }
}
