/** Work of QEMU's on the images of a machine that runs. */
import { setTimeout as delay } from 'node:timers/promises'
import { FailedError, UnansweredError } from '../../../../proto/errors.ts'
import type { QmpClient } from '../qmp/client.ts'

const lookMs = 20
/** Somebody may wait for its end. */
const lookAtEndMs = 2

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

/** Waits until a job can complete, or has ended. Throws what {@link finishJob} throws. */
export async function jobReady(job: BlockJob): Promise<void> {
  await waitFor(job, (status) => status === 'ready' || status === 'concluded')
}

/**
 * Waits for a job that does not dismiss itself, and lets it complete when it is ready.
 *
 * @throws FailedError `BLOCK_JOB_FAILED`
 * @throws UnansweredError `BLOCK_JOB_SLOW`: it goes on
 */
export async function finishJob(job: BlockJob): Promise<void> {
  const { monitor, id, what } = job
  const ready = await waitFor(job, (status) => status === 'ready' || status === 'concluded')
  if (ready?.status === 'ready') await monitor.execute('job-complete', { id })
  const ended = await waitFor({ ...job, lookMs: lookAtEndMs }, (status) => status === 'concluded')
  if (ended === undefined) return
  await monitor.execute('job-dismiss', { id })
  if (ended.error !== undefined) throw failed(what, ended.error)
}

/** Answers undefined when the job is gone. */
async function waitFor(
  { monitor, id, what, timeoutMs, ...job }: BlockJob & { lookMs?: number },
  isIt: (status: string) => boolean,
) {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const found = (await monitor.execute('query-jobs')).find((one) => one.id === id)
    if (found === undefined || isIt(found.status)) return found
    if (performance.now() > deadline) throw slow(what, timeoutMs)
    await delay(job.lookMs ?? lookMs)
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
