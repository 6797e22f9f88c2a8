/** What to do about an operation whose journal ends early. Pure: it reads a journal and names steps. */
import type { JournalEntry } from '../store/records.ts'

export interface StepOutline {
  name: string
  /** The step that can't be taken back: what was begun before it is undone, what comes after it is finished. */
  commits: boolean
}

export type Recovery =
  /** Positions of the steps to undo, in the order to undo them. */
  | { kind: 'undo'; positions: number[] }
  /** Positions of the steps to carry out, again when they were begun. */
  | { kind: 'finish'; positions: number[] }

/**
 * Decides by the journal alone. A step counts as begun from its first entry, for its effect is not known until
 * it is done; the committing step counts only when it is done, for it is one transaction.
 */
export function decideRecovery(journal: readonly JournalEntry[], steps: readonly StepOutline[]): Recovery {
  const latest = new Map(journal.map((entry) => [entry.position, entry.state]))
  const commit = steps.findIndex((step) => step.commits)
  const positions = steps.map((_, position) => position)
  if (commit >= 0 && latest.get(commit) === 'done') {
    return {
      kind: 'finish',
      positions: positions.filter((position) => position > commit && latest.get(position) !== 'done'),
    }
  }
  const begun = positions.filter((position) => {
    const state = latest.get(position)
    return state === 'begun' || state === 'done'
  })
  return { kind: 'undo', positions: begun.reverse() }
}
