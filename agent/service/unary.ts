/** What every call of every service has in common: its deadline, its errors, its line in the log. */
import type { handleUnaryCall } from '@grpc/grpc-js'
import { type Call, deadlines } from '../../proto/deadlines.ts'
import { CleaveError, UnansweredError } from '../../proto/errors.ts'
import { toStatus } from '../../proto/status.ts'
import type { Log } from '../log.ts'

export type Unary = <Request, Response>(
  call: Call,
  work: (request: Request) => Promise<Response>,
  /** Milliseconds beyond the deadline of the call that this request asks for itself. */
  extraMs?: (request: Request) => number,
) => handleUnaryCall<Request, Response>

/** Makes the handlers of a server. */
export function createUnary(log: Log): Unary {
  return (call, work, extraMs = () => 0) =>
    (asked, reply) => {
      const started = performance.now()
      // A handler that throws before its first await fails like one that throws after it.
      const begun = (async () => work(asked.request))()
      bounded(call, deadlines[call] + extraMs(asked.request), begun).then(
        (response) => {
          log('debug', 'answered', { call, milliseconds: performance.now() - started })
          reply(null, response)
        },
        (error) => {
          log(error instanceof CleaveError ? 'info' : 'error', 'call failed', { call, error })
          reply(toStatus(error))
        },
      )
    }
}

async function bounded<Result>(call: Call, limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new UnansweredError({
          code: 'TOO_SLOW',
          message: `${call} was not done within ${limitMs} ms and may still be under way`,
          remedy: 'Ask for the state of the groups, then repeat the call.',
        }),
      )
    }, limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
