import { RefusedError } from '../../../proto/errors.ts'

/**
 * The answer of a child to a call after the commit; undefined when it knows nothing of the split. Then it has booted
 * since, as when a split is recovered after a loss of power: its own groups were started, foreign ones can't be.
 */
export async function unlessRebooted<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'NOT_QUIESCED') return undefined
    throw error
  }
}
