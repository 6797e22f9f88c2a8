/** Who works on the guest's groups now. */
import { BusyError } from '../../../proto/errors.ts'

/** Keeps calls apart that would undo each other. One for the whole agent. */
export interface Occupancy {
  /**
   * Does `work` on one group.
   *
   * @throws BusyError `BUSY` while a split or another call on this group is under way
   */
  control<Result>(group: string, call: string, work: () => Promise<Result>): Promise<Result>

  /**
   * Does `work` of a split, after those that came before it.
   *
   * @throws BusyError `BUSY` while a call on a group is under way
   */
  split<Result>(call: string, work: () => Promise<Result>): Promise<Result>

  /** From a quiesce to its release or resume: names the operation that holds every group, undefined when none does. */
  hold(operation: string | undefined): void
}

function busy(what: string): BusyError {
  return new BusyError({
    code: 'BUSY',
    message: `the guest's groups are in use: ${what}`,
    remedy: 'Try again when that has ended.',
  })
}

export function createOccupancy(): Occupancy {
  const calls = new Map<string, string>()
  let held: string | undefined
  let splitting: string | undefined
  let last: Promise<unknown> = Promise.resolve()

  return {
    async control(group, call, work) {
      if (held !== undefined) throw busy(`split ${held} is under way`)
      if (splitting !== undefined) throw busy(`${splitting} is under way`)
      const other = calls.get(group)
      if (other !== undefined) throw busy(`${other} of group ${group} is under way`)
      calls.set(group, call)
      try {
        return await work()
      } finally {
        calls.delete(group)
      }
    },

    split(call, work) {
      const turn = last.then(async () => {
        const [first] = calls
        if (first !== undefined) throw busy(`${first[1]} of group ${first[0]} is under way`)
        splitting = call
        try {
          return await work()
        } finally {
          splitting = undefined
        }
      })
      last = turn.catch(() => undefined)
      return turn
    },

    hold(operation) {
      held = operation
    },
  }
}
