import { done, type QuickItem } from './item.ts'

// Less than this is the way of the request through the channel, and not worth a step of the clock.
const toleranceMicroseconds = 10_000

/** The wall clock: it stood still while the machine was paused. */
export const wallClock: QuickItem = {
  name: 'wall-clock',
  async apply({ identity, receivedAt, calls }) {
    const now = () => identity.wallClockMicroseconds + (performance.now() - receivedAt) * 1000
    const behind = now() - Date.now() * 1000
    const milliseconds = (Math.abs(behind) / 1000).toFixed(1)
    if (Math.abs(behind) < toleranceMicroseconds) return done(`left alone, it was off by ${milliseconds} ms`)
    await calls.setClock(now())
    return done(`set ${behind > 0 ? 'forward' : 'back'} by ${milliseconds} ms`)
  },
}
