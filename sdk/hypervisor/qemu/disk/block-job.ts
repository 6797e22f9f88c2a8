/** Work of QEMU's on the images of a machine that runs. */
import { setTimeout as delay } from 'node:timers/promises'
import { FailedError, UnansweredError } from '../../../../proto/errors.ts'
import type { QmpClient } from '../qmp/client.ts'

const lookMs = 20

export interface BlockJob {
  monitor: QmpClient
  id: string
  /** For messages: `committing disk data of shop`. */
  what: string
  timeoutMs: number
}

/** Whether it was begun, by this process or an earlier one, and nobody has seen its end yet. */
export async function isKnown({ monitor, id }: BlockJob): Promise<boolean> {
  return (await monitor.execute('query-jobs')).some((job) => job.id === id)
}

/**
 * Waits for a job that does not dismiss itself, and lets it complete when it is ready.
 *
 * @throws FailedError `BLOCK_JOB_FAILED`
 * @throws UnansweredError `BLOCK_JOB_SLOW`: it goes on
 */
export async function finishJob(options: BlockJob): Promise<void> {
  const { monitor, id, what, timeoutMs } = options
  const deadline = performance.now() + timeoutMs
  let isTold = false
  for (;;) {
    const job = (await monitor.execute('query-jobs')).find((one) => one.id === id)
    if (job === undefined) return
    if (job.status === 'concluded') {
      await monitor.execute('job-dismiss', { id })
      if (job.error !== undefined) throw failed(what, job.error)
      return
    }
    if (job.status === 'ready' && !isTold) {
      await monitor.execute('job-complete', { id })
      isTold = true
    }
    if (performance.now() > deadline) throw slow(what, timeoutMs)
    await delay(lookMs)
  }
}

function failed(what: string, reason: string): FailedError {
  return new FailedError({
    code: 'BLOCK_JOB_FAILED',
    message: `${what} failed: ${reason}`,
    remedy: 'The machine goes on with what it had. See that there is space, and try again.',
  })
}

function slow(what: string, timeoutMs: number): UnansweredError {
  return new UnansweredError({
    code: 'BLOCK_JOB_SLOW',
    message: `${what} was not done within ${timeoutMs} ms, and goes on`,
    remedy: 'The disk of the host may be busy: repeat the call to wait for it.',
  })
}
