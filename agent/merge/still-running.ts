import { FailedError } from '../../proto/errors.ts'

/** @param what is the subject of `did not end` */
export function stillRunning(what: string): FailedError {
  return new FailedError({
    code: 'STILL_RUNNING',
    message: `${what} did not end`,
    remedy: 'See what it waits for (/proc/PID/stack in the guest), then try again.',
  })
}
