import fc from 'fast-check'
import t from 'tap'
import { processorUse, type Reading } from '../../../../sdk/cli/top/processor-use.ts'

const reading = (at: number, milliseconds: number, startTicks = 7): Reading => ({
  at,
  time: { milliseconds, process: { pid: 4711, startTicks } },
})
const moments = fc.nat({ max: 10 ** 9 })

t.test('processors used from one look to the next', async (t) => {
  t.equal(processorUse(reading(1000, 50), reading(3000, 1050)), 0.5)
  t.equal(processorUse(reading(1000, 50), reading(3000, 50)), 0)
})

t.test('what takes one processor all the time uses one, whenever it is looked at', async () => {
  fc.assert(
    fc.property(
      moments,
      fc.integer({ min: 1, max: 10 ** 6 }),
      fc.integer({ min: 1, max: 64 }),
      (at, span, cpus) => {
        const use = processorUse(reading(at, at * cpus), reading(at + span, (at + span) * cpus))
        return use !== null && Math.abs(use - cpus) < 1e-6
      },
    ),
  )
})

t.test('it is never less than nothing', async () => {
  fc.assert(
    fc.property(moments, moments, moments, moments, (at, later, one, other) => {
      const use = processorUse(reading(at, one), reading(later, other))
      return use === null ? later <= at : use >= 0
    }),
  )
})

t.test('not known without an earlier look at the same process', async (t) => {
  t.equal(processorUse(undefined, reading(3000, 50)), null)
  t.equal(processorUse(reading(1000, 50), undefined), null, 'it has ended')
  t.equal(processorUse(reading(1000, 50), reading(3000, 60, 8)), null, 'it was started anew')
  t.equal(processorUse(reading(1000, 50), reading(1000, 60)), null, 'no time has passed')
})
