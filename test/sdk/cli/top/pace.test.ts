import fc from 'fast-check'
import t from 'tap'
import { nextLook } from '../../../../sdk/cli/top/pace.ts'

t.test('looking takes its share of all time, and no more', async (t) => {
  t.equal(nextLook({ share: 1 / 50, longestMs: 60_000 }, { at: 1000, tookMs: 20 }), 2000)
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.nat({ max: 10_000 }),
      fc.nat({ max: 100_000 }),
      (share, tookMs, longestMs) => {
        const next = nextLook({ share, longestMs }, { at: 0, tookMs })
        return next <= longestMs && (next === longestMs || tookMs <= next * share + 1e-6)
      },
    ),
  )
})
