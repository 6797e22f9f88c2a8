import { CleaveError } from '../../proto/errors.ts'
import type { Store } from '../store/store.ts'

/** Does the work of an operation, and records how it ended. */
export async function recordOutcome(store: Store, id: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
    store.operations.finish(id, { state: 'done' })
  } catch (error) {
    const code = error instanceof CleaveError ? error.code : 'UNEXPECTED'
    const message = error instanceof Error ? error.message : String(error)
    // Anything else stays `running`, for whoever recovers it: this process may live on for long.
    if (code === 'OPERATION_UNDONE')
      store.operations.finish(id, { state: 'undone', error: { code, message } })
    else store.operations.abandon(id)
    throw error
  }
}
