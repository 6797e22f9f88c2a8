/** An error in JSON. Pure. */
import { CleaveError } from '../../../proto/errors.ts'

export interface ErrorDocument {
  /** Stable and for machines. */
  code: string
  message: string
  remedy: string
  /** What made it happen, when that is an error of Cleave's too. */
  cause?: { code: string; message: string }
}

export function errorDocument(error: unknown): ErrorDocument {
  if (!(error instanceof CleaveError)) {
    return {
      code: 'UNEXPECTED',
      message: error instanceof Error ? error.message : String(error),
      remedy: 'Run it again with CLEAVE_DEBUG=1 in the environment, and report what it prints.',
    }
  }
  const { code, message, remedy, cause } = error
  if (!(cause instanceof CleaveError)) return { code, message, remedy }
  return { code, message, remedy, cause: { code: cause.code, message: cause.message } }
}
