/** Errors as callers meet them. How they cross the wire is in status.ts. */

/** What every error of Cleave carries. */
export interface ErrorDetails {
  /** Stable and for machines, such as `GROUP_NOT_FOUND`. A code never changes its meaning. */
  code: string
  /** One sentence: what is wrong, with the names of what it is about. */
  message: string
  /** One sentence: what the caller can do next. */
  remedy: string
  cause?: unknown
}

/**
 * The base of all errors that Cleave throws on purpose. Subclasses differ in the decision that the caller has
 * to make; `code` says which case of it this is.
 */
export class CleaveError extends Error {
  readonly code: string
  readonly remedy: string

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = details.code
    this.remedy = details.remedy
  }
}

/** The request itself is wrong: correct it. Nothing was changed. */
export class InvalidRequestError extends CleaveError {}

/** What the request names does not exist. Nothing was changed. */
export class NotFoundError extends CleaveError {}

/** The request is sound, but would break a promise, such as parting coupled processes. Nothing was changed. */
export class RefusedError extends CleaveError {}

/** Something else holds what the request needs: try again later. Nothing was changed. */
export class BusyError extends CleaveError {}

/** The machine or the system lacks something, such as space, a package or a right: provide it, then try again. */
export class UnavailableError extends CleaveError {}

/** The other side did not answer within the bound, or went away in mid-call: its effect is not known. */
export class UnansweredError extends CleaveError {}

/** It was tried and failed; the message says what was undone. */
export class FailedError extends CleaveError {}
