/** Who works on the guest's groups now. */
import { BusyError } from '../../../proto/errors.ts'
import { createTurns } from '../../turns.ts'

/** Keeps calls apart that would undo each other. One for the whole agent. */
export interface Occupancy {
  /**
   * Does `work` on one group.
   *
   * @throws BusyError `BUSY` while a split holds every group, or another call works on this one
   */
  control<Result>(group: string, call: string, work: () => Promise<Result>): Promise<Result>

  /** Does `work` of a split, after the works of splits that came before it. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>

  /**
   * Holds every group for a split, from its quiesce to its release or resume.
   *
   * @throws BusyError `BUSY` while a call works on a group
   */
  hold(operation: string): void

  /** Ends {@link hold}. */
  unhold(): void
}

function busy(what: string): BusyError {
  return new BusyError({
    code: 'BUSY',
    message: `the guest's groups are in use: ${what} is under way`,
    remedy: 'Try again when that has ended.',
  })
}

export function createOccupancy(): Occupancy {
  const calls = new Map<string, string>()
  let held: string | undefined

  return {
    async control(group, call, work) {
      if (held !== undefined) throw busy(`split ${held}`)
      const other = calls.get(group)
      if (other !== undefined) throw busy(`${other} of group ${group}`)
      calls.set(group, call)
      try {
        return await work()
      } finally {
        calls.delete(group)
      }
    },

    inTurn: createTurns(),

    hold(operation) {
      const [first] = calls
      if (first !== undefined) throw busy(`${first[1]} of group ${first[0]}`)
      held = operation
    },

    unhold() {
      held = undefined
    },
  }
}
