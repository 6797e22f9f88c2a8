/** Long work in short pieces, so that the event loop goes on serving. */
import { setImmediate } from 'node:timers/promises'

export interface Pace {
  /** True when the event loop has been held for long enough: call {@link rest} before going on. */
  isDue(): boolean
  /** Lets everything else that waits have its turn. */
  rest(): Promise<void>
}

// One event loop has one turn: several works that go on beside each other share it, instead of holding the loop for
// the sum of what each of them may.
let turnBegin = performance.now()
let nextTurn: Promise<void> | undefined

/** @param longestHold milliseconds, of this work and all others in one turn of the event loop */
export function createPace(longestHold: number): Pace {
  return {
    isDue: () => performance.now() - turnBegin >= longestHold,
    rest() {
      nextTurn ??= beginTurn()
      return nextTurn
    },
  }
}

async function beginTurn(): Promise<void> {
  await setImmediate()
  turnBegin = performance.now()
  nextTurn = undefined
}
