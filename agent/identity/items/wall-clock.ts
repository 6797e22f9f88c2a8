import { done, type QuickItem } from './item.ts'

// Behind by less than this is not worth a step. Ahead by less may be right: the host's word was on its way meanwhile,
// and a clock that goes back harms more than one that is a little fast.
const slowTolerance = 10_000
const fastTolerance = 1_000_000

/** The wall clock: it stood still while the machine was paused. */
export const wallClock: QuickItem = {
  name: 'wall-clock',
  prepare:
    () =>
    async ({ identity, receivedAt, calls }) => {
      const now = () => identity.wallClockMicroseconds + (performance.now() - receivedAt) * 1000
      const behind = now() - Date.now() * 1000
      const milliseconds = (Math.abs(behind) / 1000).toFixed(1)
      if (behind < slowTolerance && -behind < fastTolerance) {
        return done(`left alone, ${milliseconds} ms ${behind > 0 ? 'behind' : 'ahead of'} the host's word`)
      }
      await calls.setClock(now())
      return done(`set ${behind > 0 ? 'forward' : 'back'} by ${milliseconds} ms`)
    },
}
