/** Exit codes, by the decision that the caller has to make (docs/cli.md). Pure. */
import {
  BusyError,
  type CleaveError,
  InvalidRequestError,
  NotFoundError,
  RefusedError,
  UnansweredError,
  UnavailableError,
} from '../../../proto/errors.ts'
import { CancelledError } from './cancelled-error.ts'

export const exitCodes = {
  failed: 1,
  invalidRequest: 2,
  notFound: 3,
  refused: 4,
  busy: 5,
  unavailable: 6,
  unanswered: 7,
  undone: 8,
  // What a shell reports for a program that SIGINT ended.
  cancelled: 130,
} as const

type ErrorClass = abstract new (...given: never[]) => CleaveError

const byClass: readonly (readonly [ErrorClass, number])[] = [
  [InvalidRequestError, exitCodes.invalidRequest],
  [NotFoundError, exitCodes.notFound],
  [RefusedError, exitCodes.refused],
  [BusyError, exitCodes.busy],
  [UnavailableError, exitCodes.unavailable],
  [UnansweredError, exitCodes.unanswered],
  [CancelledError, exitCodes.cancelled],
]

export function exitCodeOf(error: unknown): number {
  const known = byClass.find(([type]) => error instanceof type)
  if (known) return known[1]
  const isUndone = error instanceof Error && 'code' in error && error.code === 'OPERATION_UNDONE'
  return isUndone ? exitCodes.undone : exitCodes.failed
}
