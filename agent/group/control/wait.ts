/** Waiting for the kernel, with a bound. */
import { setImmediate, setTimeout } from 'node:timers/promises'

// The kernel mostly answers within a millisecond: until then a timer would cost more than it saves.
const eagerMilliseconds = 3
const longestPauseMilliseconds = 20

/**
 * Looks until `isDone` says so, at first without a pause and then ever less often.
 *
 * @returns false when the bound was reached first
 */
export async function waitUntil(isDone: () => boolean, boundMilliseconds: number): Promise<boolean> {
  const begin = performance.now()
  for (;;) {
    if (isDone()) return true
    const elapsed = performance.now() - begin
    if (elapsed >= boundMilliseconds) return false
    if (elapsed < eagerMilliseconds) await setImmediate()
    else await setTimeout(Math.min(longestPauseMilliseconds, 1 + elapsed / 10))
  }
}
