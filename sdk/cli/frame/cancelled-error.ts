import { CleaveError } from '../../../proto/errors.ts'

/** The user asked to stop, and everything was taken back: `CANCELLED`. */
export class CancelledError extends CleaveError {
  constructor(what: string, cause?: unknown) {
    super({
      code: 'CANCELLED',
      message: `${what} was cancelled, and everything was taken back`,
      remedy: 'Run the command again when you want it.',
      cause,
    })
  }
}
