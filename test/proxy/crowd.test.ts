import fc from 'fast-check'
import t from 'tap'
import { createCrowd } from '../../proxy/crowd.ts'

t.test('whoever came and has not gone is in it, once', (t) => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 60 })
  fc.assert(
    fc.property(steps, (steps) => {
      const crowd = createCrowd<number>()
      const inside = new Set<number>()
      const leave: (() => void)[] = []
      for (const [comes, chosen] of steps) {
        const number = chosen % Math.max(1, leave.length)
        if (comes || leave.length === 0) {
          inside.add(leave.length)
          leave.push(crowd.add(leave.length))
        } else {
          // Mostly for the first time, sometimes again.
          leave[number]?.()
          inside.delete(number)
        }
        if (crowd.size !== inside.size) return false
      }
      return (
        crowd
          .members()
          .sort((a, b) => a - b)
          .join() === [...inside].sort((a, b) => a - b).join()
      )
    }),
  )
  t.pass('for all')
  t.end()
})
