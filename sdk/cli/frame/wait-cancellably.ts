import { CleaveError } from '../../../proto/errors.ts'
import type { Operation } from '../../operation/operation.ts'
import { CancelledError } from './cancelled-error.ts'
import { interruptions } from './interruption.ts'
import type { Output } from './output.ts'
import { showProgress } from './progress.ts'

/**
 * Begins an operation, shows its progress and waits for it. A signal that asks this process to end cancels it
 * instead: nothing is left half done, however often it is asked.
 *
 * @param what for messages, such as `the split of shop`
 * @throws CancelledError when it was cancelled and everything was taken back
 */
export async function waitCancellably<Result>(
  output: Output,
  what: string,
  begin: () => Promise<Operation<Result>>,
): Promise<Result> {
  let isAsked = false
  let operation: Operation<Result> | undefined
  using _ = interruptions((count) => {
    isAsked = true
    operation?.cancel()
    output.note(count === 1 ? `cancelling ${what}` : `still taking back ${what}`)
  })
  operation = await begin()
  if (isAsked) operation.cancel()
  try {
    if (output.progress) await showProgress(operation, output.progress)
    const result = await operation.wait()
    if (isAsked) output.note(`it was too late to cancel ${what}: it was committed already`)
    return result
  } catch (error) {
    const isUndone = error instanceof CleaveError && error.code === 'OPERATION_UNDONE'
    throw isAsked && isUndone ? new CancelledError(what, error) : error
  }
}
