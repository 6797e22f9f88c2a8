/** Long work in short pieces, so that the event loop goes on serving. */
import { setImmediate } from 'node:timers/promises'

export interface Pace {
  /** True when the work has held the event loop for long enough: call {@link rest} before going on. */
  isDue(): boolean
  /** Lets everything else that waits have its turn. */
  rest(): Promise<void>
}

/** @param longestHold milliseconds */
export function createPace(longestHold: number): Pace {
  let begin = performance.now()
  return {
    isDue: () => performance.now() - begin >= longestHold,
    async rest() {
      await setImmediate()
      begin = performance.now()
    },
  }
}
