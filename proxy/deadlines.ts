/** Ends what takes too long. One timer looks after all connections: a timer for each would cost more than it is worth. */

import { createCrowd } from './crowd.ts'

export interface Timed {
  /** In milliseconds of `performance.now()`; Infinity for none. */
  deadline: number
  expire(): void
}

export interface Deadlines extends Disposable {
  /** @returns what ends it */
  watch(timed: Timed): () => void
}

// No deadline is so short that a second more mattered.
const everyMs = 500

export function createDeadlines(): Deadlines {
  const all = createCrowd<Timed>()
  const timer = setInterval(() => {
    const now = performance.now()
    for (const timed of all.members()) if (timed.deadline <= now) timed.expire()
  }, everyMs).unref()
  return {
    watch: all.add,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
