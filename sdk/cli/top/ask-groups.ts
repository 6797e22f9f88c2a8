/** Asks the agent of one machine for its groups, and is in nobody's way. */
import { BusyError, UnansweredError } from '../../../proto/errors.ts'
import type { Group } from '../../../proto/generated/messages.ts'
import type { Machine } from '../../machine/machine.ts'
import type { LockHolder } from '../../store/locks.ts'

/** How long the channel is kept for one answer. */
const answerMs = 10_000
/** An operation that begins gets the channel within that time and what it takes to close it. */
const yieldMs = 100

/**
 * In a session of its own, which costs a twentieth of what the answer does. The channel serves one at a time: who else wants
 * it waits for one answer at most, and an operation that begins on the machine breaks that off.
 *
 * @throws BusyError `MACHINE_BUSY`
 * @throws UnansweredError `NO_ANSWER`
 * @throws what {@link Machine.groups} throws; the reason of `stop`
 */
export async function askGroups(machine: Machine, stop: AbortSignal): Promise<readonly Group[]> {
  const giveUp = new AbortController()
  const lookForHolder = setInterval(() => {
    try {
      const holder = machine.heldBy()
      if (holder !== undefined) giveUp.abort(busy(machine.name, holder))
    } catch (error) {
      giveUp.abort(error)
    }
  }, yieldMs)
  const timer = setTimeout(() => giveUp.abort(silent(machine.name)), answerMs)
  try {
    const signal = AbortSignal.any([stop, giveUp.signal])
    return (await machine.groups({ signal })).groups
  } finally {
    clearInterval(lookForHolder)
    clearTimeout(timer)
  }
}

/** Why nobody looks at a machine while it is worked on. */
export function busy(name: string, { operation, owner }: LockHolder): BusyError {
  return new BusyError({
    code: 'MACHINE_BUSY',
    message: `${name} is in the middle of ${operation} (process ${owner.pid}), which nothing disturbs`,
    remedy: 'Wait until that has ended.',
  })
}

function silent(name: string): UnansweredError {
  return new UnansweredError({
    code: 'NO_ANSWER',
    message: `the agent of ${name} did not answer within ${answerMs / 1000} s`,
    remedy: 'Check that the machine has booted, and that cleave-agent is active in it.',
  })
}
