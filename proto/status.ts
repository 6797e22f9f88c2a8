/** How errors cross the wire, as statuses of gRPC. */
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js'
import {
  BusyError,
  CleaveError,
  type ErrorDetails,
  FailedError,
  InvalidRequestError,
  NotFoundError,
  RefusedError,
  UnansweredError,
  UnavailableError,
} from './errors.ts'

type ErrorClass = new (details: ErrorDetails) => CleaveError

const classes: readonly [status, ErrorClass][] = [
  [status.INVALID_ARGUMENT, InvalidRequestError],
  [status.NOT_FOUND, NotFoundError],
  [status.FAILED_PRECONDITION, RefusedError],
  [status.ABORTED, BusyError],
  [status.RESOURCE_EXHAUSTED, UnavailableError],
  [status.DEADLINE_EXCEEDED, UnansweredError],
  [status.INTERNAL, FailedError],
]

// HTTP/2 header blocks are limited, and an error text can hold a whole command line of somebody's.
const longestText = 2000

/** Turns what a handler threw into a gRPC status. What is not a {@link CleaveError} becomes `INTERNAL`. */
export function toStatus(error: unknown): Partial<StatusObject> {
  const metadata = new Metadata()
  if (!(error instanceof CleaveError)) {
    return {
      code: status.INTERNAL,
      details: error instanceof Error ? error.message : String(error),
      metadata,
    }
  }
  const [code] = classes.find(([, type]) => error instanceof type) ?? [status.INTERNAL]
  metadata.set('cleave-code', error.code)
  metadata.set('cleave-remedy-bin', Buffer.from(error.remedy.slice(0, longestText)))
  return { code, details: error.message.slice(0, longestText), metadata }
}

/** What to do about a failure that the other side did not explain. */
export interface Remedies {
  unanswered: string
  failed: string
}

const agentRemedies: Remedies = {
  unanswered: 'Check that the machine runs and that cleave-agent is active in it, then try again.',
  failed: 'See the log of cleave-agent in the guest (journalctl -u cleave-agent).',
}

/**
 * Turns a failed call into the error that the other side threw; a call that got no answer becomes an
 * {@link UnansweredError}.
 *
 * @param failed what the gRPC client reported
 * @param peer who was asked, for the message, such as `the agent of shop`
 * @param remedies @default those for an agent
 */
export function fromStatus(failed: ServiceError, peer: string, remedies = agentRemedies): CleaveError {
  const code = failed.metadata?.get('cleave-code')[0]
  const remedy = failed.metadata?.get('cleave-remedy-bin')[0]
  if (typeof code === 'string') {
    const type = classes.find(([number]) => number === failed.code)?.[1] ?? FailedError
    return new type({ code, message: failed.details, remedy: String(remedy ?? ''), cause: failed })
  }
  if (failed.code === status.DEADLINE_EXCEEDED || failed.code === status.UNAVAILABLE) {
    return new UnansweredError({
      code: 'NO_ANSWER',
      message: `${peer} did not answer: ${failed.details}`,
      remedy: remedies.unanswered,
      cause: failed,
    })
  }
  return new FailedError({
    code: 'CALL_FAILED',
    message: `${peer} failed: ${failed.details}`,
    remedy: remedies.failed,
    cause: failed,
  })
}
