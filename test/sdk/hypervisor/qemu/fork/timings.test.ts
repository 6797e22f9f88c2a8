import fc from 'fast-check'
import t from 'tap'
import { pauseTimings } from '../../../../../sdk/hypervisor/qemu/fork/timings.ts'

t.test('the parts make up the pause', async (t) => {
  const times = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.nat({ max: 100 }), times, times, (saving, loading, resuming) => {
      const stopped = 1_700_000_000_000
      const saved = stopped + saving
      const loaded = loading.map((time) => stopped + time)
      const resumed = resuming.map((time) => Math.max(saved, ...loaded) + time)
      const { pauseMs, parts } = pauseTimings({ stopped, saved, loaded, resumed })
      const sum = parts.reduce((total, { milliseconds }) => total + milliseconds, 0)
      return (
        pauseMs === Math.max(...resumed) - stopped &&
        sum === pauseMs &&
        parts.every((part) => part.milliseconds >= 0)
      )
    }),
  )
  t.strictSame(pauseTimings({ stopped: 10, saved: 15, loaded: [30, 25], resumed: [31, 33] }), {
    pauseMs: 23,
    parts: [
      { name: 'save', milliseconds: 5 },
      { name: 'load', milliseconds: 15 },
      { name: 'resume', milliseconds: 3 },
    ],
  })
})
