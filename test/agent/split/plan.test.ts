import fc from 'fast-check'
import t from 'tap'
import { checkPlan, companionsBy, type GroupPlan } from '../../../agent/split/plan.ts'
import { sampleProcess } from '../group/sample-facts.ts'

const names = ['a', 'b', 'c', 'd']
const anyChildren = fc.array(fc.record({ groups: fc.subarray(names) }), { maxLength: 4 })

function planOf(children: readonly { groups: string[] }[], groups = names): GroupPlan {
  return { grouping: 'GROUPING_USER', groups, companionsOf: companionsBy(children, groups) }
}

const guestOf = (bonds: { group: string; other: string }[], groups: readonly string[] = []) => ({
  groups: [],
  declarations: [],
  processes: groups.map((group, index) => sampleProcess(index + 2, { group })),
  bonds: bonds.map((bond) => ({
    ...bond,
    reasons: [{ from: null, to: null, channel: 'CHANNEL_PIPE' as const, evidence: 'pipe 7' }],
  })),
})

t.test('companions are in the same children, all of them', (t) => {
  fc.assert(
    fc.property(anyChildren, fc.constantFrom(...names), fc.constantFrom(...names), (children, one, other) => {
      const isSame = children.every(({ groups }) => groups.includes(one) === groups.includes(other))
      return planOf(children).companionsOf(one).has(other) === isSame
    }),
  )
  t.end()
})

t.test('a guest in which a bond leads from child to child is not as the plan has it', (t) => {
  const children = [{ groups: ['a', 'b'] }, { groups: ['b', 'c'] }, { groups: ['b', 'd'] }]
  const check = (group: string, other: string, groups?: string[]) =>
    checkPlan(guestOf([{ group, other }]), planOf(children, groups))
  t.throws(() => check('a', 'c'), {
    code: 'GUEST_CHANGED',
    message: /a and c, which it parts, are coupled: pipe 7/,
  })
  t.throws(() => check('a', 'b'), { code: 'GUEST_CHANGED' }, 'of several children one does not have both')
  t.doesNotThrow(() => checkPlan(guestOf([{ group: 'a', other: 'c' }]), planOf([{ groups: ['a', 'c'] }])))
  t.doesNotThrow(() => check('a', 'x'), 'what belongs to another machine is not parted by this plan')
  t.throws(() => checkPlan(guestOf([], ['a', 'x']), planOf(children)), {
    code: 'GUEST_CHANGED',
    message: /group x, which the plan does not have/,
  })
  t.end()
})
