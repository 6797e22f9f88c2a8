import fc from 'fast-check'
import t from 'tap'
import { createUnion } from '../../../agent/group/union.ts'

const anyJoins = fc.array(fc.tuple(fc.nat(20), fc.nat(20)))

t.test('two are joined exactly when a way leads from one to the other', (t) => {
  fc.assert(
    fc.property(anyJoins, fc.nat(20), fc.nat(20), (joins, start, end) => {
      const union = createUnion()
      for (const [one, other] of joins) union.join(one, other)
      const reached = new Set([start])
      for (const place of reached) {
        for (const [one, other] of joins) {
          if (one === place) reached.add(other)
          if (other === place) reached.add(one)
        }
      }
      return reached.has(end) === (union.find(start) === union.find(end))
    }),
  )
  t.end()
})

t.test('a join says whether it was one', (t) => {
  fc.assert(
    fc.property(anyJoins, (joins) => {
      const union = createUnion()
      return joins.every(([one, other]) => {
        const wereJoined = union.find(one) === union.find(other)
        return union.join(one, other) === !wereJoined
      })
    }),
  )
  t.end()
})
