/** Carries out the steps of an operation, journal first, and takes them back when one fails before the commit. */
import { CleaveError, FailedError } from '../../proto/errors.ts'
import type { JournalEntry } from '../store/records.ts'
import { decideRecovery, type StepOutline } from './recovery.ts'

export type Step<Context> = WorkStep<Context> | CommitStep<Context>

export interface WorkStep<Context> extends StepOutline {
  commits: false
  run(context: Context): Promise<void>
  /**
   * Takes back whatever `run` did, also when it came to half of it, also in another process than the one that ran
   * it. May be called again.
   */
  undo?(context: Context): Promise<void>
  /**
   * When its undo fails, no step before it is taken back until that has succeeded: what they would start again may still be at
   * work. @default false
   */
  guardsEarlier?: boolean
  /**
   * Whether it changes what outlives a loss of power, such as a guest's disk. Then the journal has it on the disk before it
   * begins. @default false
   */
  outlivesPower?: boolean
  /** What is not as it was after its undo, though it is all taken back; words for the error's message. @default nothing */
  lacks?(context: Context): string[]
}

/** What makes an operation final: changes to the store alone, all of them or none. */
export interface CommitStep<Context> extends StepOutline {
  commits: true
  change(context: Context): void
}

export type Mark = Pick<JournalEntry, 'position' | 'step' | 'state'>

/** Where the steps leave their trace: what was marked is found again after the process has ended. */
export interface Journal {
  entries(): JournalEntry[]
  /** @param options.flush whether it is on the disk when the call returns */
  mark(entry: Mark, options: { flush: boolean }): void
  /** Makes the change and marks the step as done in one transaction, on disk when the call returns. */
  commit(position: number, step: string, change: () => void): void
}

export type StepEvent =
  | { type: 'step-begun'; step: string }
  | { type: 'step-done'; step: string; milliseconds: number }
  | { type: 'step-failed'; step: string; error: Error }
  | { type: 'step-undone'; step: string; milliseconds: number }

export interface StepRun<Context> {
  steps: readonly Step<Context>[]
  context: Context
  journal: Journal
  report(event: StepEvent): void
  /** Looked at before each step up to the commit. */
  signal?: AbortSignal
  /** Called before each step; what it throws counts as the step's own failure. Tests break things here. */
  intervene?(step: string): Promise<void>
}

/**
 * Runs all steps.
 *
 * @throws FailedError `OPERATION_UNDONE` when a step failed, or the signal was aborted, before the commit, and
 *   everything was taken back; `OPERATION_NOT_UNDONE` when taking back failed too; `OPERATION_UNFINISHED` when a
 *   step after the commit failed. Its cause is what the step threw.
 */
export async function runSteps<Context>(run: StepRun<Context>): Promise<void> {
  const positions = run.steps.map((_, position) => position)
  await carryOut(run, positions)
}

/** Finishes or takes back an operation that its own process left behind. Answers what it did. */
export async function recoverSteps<Context>(run: StepRun<Context>): Promise<'finished' | 'undone'> {
  const recovery = decideRecovery(run.journal.entries(), run.steps)
  if (recovery.kind === 'finish') {
    await carryOut(run, recovery.positions)
    return 'finished'
  }
  const failures = await takeBack(run, recovery.positions)
  if (failures.length > 0) throw notUndone(failures, lackingIn(run))
  return 'undone'
}

async function carryOut<Context>(run: StepRun<Context>, positions: readonly number[]): Promise<void> {
  const commit = run.steps.findIndex((step) => step.commits)
  for (const position of positions) {
    const step = run.steps[position]
    if (step === undefined) continue
    const started = performance.now()
    try {
      if (position <= commit) run.signal?.throwIfAborted()
      run.journal.mark(
        { position, step: step.name, state: 'begun' },
        { flush: outlivesPower(step, position) },
      )
      run.report({ type: 'step-begun', step: step.name })
      await run.intervene?.(step.name)
      if (step.commits) {
        run.journal.commit(position, step.name, () => step.change(run.context))
      } else {
        await step.run(run.context)
        run.journal.mark({ position, step: step.name, state: 'done' }, { flush: false })
      }
    } catch (thrown) {
      const error = toError(thrown)
      run.report({ type: 'step-failed', step: step.name, error })
      throw await afterFailure(run, step.name, error)
    }
    run.report({ type: 'step-done', step: step.name, milliseconds: performance.now() - started })
  }
}

/** The first one does: what was prepared for it is in the store. */
function outlivesPower<Context>(step: Step<Context>, position: number): boolean {
  return position === 0 || (!step.commits && step.outlivesPower === true)
}

async function afterFailure<Context>(
  run: StepRun<Context>,
  step: string,
  cause: Error,
): Promise<FailedError> {
  const recovery = decideRecovery(run.journal.entries(), run.steps)
  if (recovery.kind === 'finish') {
    return new FailedError({
      code: 'OPERATION_UNFINISHED',
      message: `the operation is committed, but ${step} failed: ${cause.message}`,
      remedy: `${remedyOf(cause)} Then run \`cleave operations recover\` to finish it.`,
      cause,
    })
  }
  const failures = await takeBack(run, recovery.positions)
  const lacking = lackingIn(run)
  if (failures.length > 0) return notUndone([cause, ...failures], lacking)
  return new FailedError({
    code: 'OPERATION_UNDONE',
    message: [`${step} failed, and everything was taken back: ${cause.message}`, ...lacking].join('; but '),
    remedy: remedyOf(cause),
    cause,
  })
}

/** Goes on after a failure, unless the step says otherwise: what can be taken back is. */
async function takeBack<Context>(run: StepRun<Context>, positions: readonly number[]): Promise<Error[]> {
  const failures: Error[] = []
  for (const position of positions) {
    const step = run.steps[position]
    if (step === undefined) continue
    const started = performance.now()
    try {
      if (!step.commits) await step.undo?.(run.context)
      run.journal.mark({ position, step: step.name, state: 'undone' }, { flush: false })
      run.report({ type: 'step-undone', step: step.name, milliseconds: performance.now() - started })
    } catch (thrown) {
      const error = toError(thrown)
      failures.push(error)
      run.report({ type: 'step-failed', step: step.name, error })
      if (!step.commits && step.guardsEarlier) break
    }
  }
  return failures
}

function lackingIn<Context>({ steps, context }: StepRun<Context>): string[] {
  return steps.flatMap((step) => (step.commits ? [] : (step.lacks?.(context) ?? [])))
}

function notUndone(failures: readonly Error[], lacking: readonly string[]): FailedError {
  return new FailedError({
    code: 'OPERATION_NOT_UNDONE',
    message: `the operation failed and could not be taken back whole: ${[...failures.map((error) => error.message), ...lacking].join('; ')}`,
    remedy: 'Mend what the message names, then run `cleave operations recover`.',
    cause: new AggregateError(failures),
  })
}

function remedyOf(error: Error): string {
  return error instanceof CleaveError ? error.remedy : 'See the cause.'
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
