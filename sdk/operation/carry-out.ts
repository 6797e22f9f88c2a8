/** What the beginnings and the recoveries of all operations have in common. */
import type { Ports } from '../machine/ports.ts'
import type { OperationKind } from '../store/records.ts'
import { startGuardian } from './guardian.ts'
import { journalOf } from './journal.ts'
import { beginOperation, type Operation } from './operation.ts'
import { recordOutcome } from './record-outcome.ts'
import { recoverSteps, runSteps, type Step, type StepRun } from './steps.ts'

export interface Work<Context> {
  steps: readonly Step<Context>[]
  context: Context
  /** Freed when the work has ended, however it ended; the last one first. */
  resources: readonly (Disposable | AsyncDisposable)[]
}

export interface CarriedOut<Context, Result> extends Work<Context> {
  id: string
  kind: OperationKind
  /** See {@link StepRun.intervene}. */
  intervene?: ((step: string) => Promise<void>) | undefined
  /** Called when all steps are done. */
  result(): Result
}

/** Starts the steps of an operation that is in the store already, under the eyes of a guardian. */
export function carryOut<Context, Result>(
  { store, settings }: Ports,
  { id, kind, steps, context, resources, intervene, result }: CarriedOut<Context, Result>,
): Operation<Result> {
  return beginOperation({
    id,
    kind,
    run: async ({ report, signal }) => {
      const guardian = startGuardian(settings, id)
      await using _owned = owned(resources)
      const run: StepRun<Context> = {
        steps,
        context,
        journal: journalOf(store, id),
        report,
        signal,
        ...(intervene && { intervene }),
      }
      try {
        await recordOutcome(store, id, () => runSteps(run))
      } finally {
        if (store.operations.get(id).state !== 'running') guardian.dismiss()
      }
      return result()
    },
  })
}

/**
 * Finishes or takes back an operation whose own process has ended.
 *
 * @param workOf makes its work of what it had prepared
 * @throws FailedError `OPERATION_NOT_UNDONE`, `OPERATION_UNFINISHED`: it can be tried again
 * @throws BusyError `OPERATION_RUNNING` while its process lives
 */
export async function recoverWork<Context, Prepared>(
  { store }: Ports,
  id: string,
  workOf: (prepared: Prepared) => Work<Context>,
): Promise<'finished' | 'undone'> {
  const prepared = store.operations.takeOver(id).plan as Prepared
  try {
    const { steps, context, resources } = workOf(prepared)
    await using _owned = owned(resources)
    const outcome = await recoverSteps({ steps, context, journal: journalOf(store, id), report: () => {} })
    store.operations.finish(id, { state: outcome === 'finished' ? 'done' : 'undone' })
    return outcome
  } catch (error) {
    store.operations.abandon(id)
    throw error
  }
}

function owned(resources: readonly (Disposable | AsyncDisposable)[]): AsyncDisposableStack {
  const stack = new AsyncDisposableStack()
  for (const resource of resources) stack.use(resource)
  return stack
}
