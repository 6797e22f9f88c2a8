import fc from 'fast-check'
import t from 'tap'
import { checkPlan, companionsBy, type GroupPlan, groupPlanOf } from '../../../agent/split/plan.ts'
import { sampleProcess } from '../group/sample-facts.ts'

const names = ['a', 'b', 'c', 'd']
const anyChildren = fc.array(fc.record({ groups: fc.subarray(names) }), { maxLength: 4 })

function planOf(children: readonly { groups: string[] }[], groups = names): GroupPlan {
  return {
    grouping: 'GROUPING_USER',
    groups,
    companionsOf: companionsBy(children, groups),
    parted: new Set(),
  }
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

t.test('what a user’s own systemd runs is parted by user only', (t) => {
  const guest = (cgroup: string) => ({
    ...guestOf([]),
    processes: [sampleProcess(2, { group: 'a', cgroup, name: 'agent', user: 'alice' })],
  })
  const planned = (grouping: 'GROUPING_USER' | 'GROUPING_COUPLING', ...children: string[][]) =>
    groupPlanOf({
      grouping,
      replicated: ['a'],
      children: children.map((groups, index) => ({
        name: `child-${index}`,
        groups,
        uuid: `00000000-0000-4000-8000-00000000000${index}`,
        identity: { hostname: 'vm', machineId: '', network: null },
      })),
    })
  const managed = guest('/user.slice/user-1000.slice/user@1000.service/app.slice/agent.service')
  const session = guest('/user.slice/user-1000.slice/session-2.scope')
  const [coupling, user] = ['GROUPING_COUPLING', 'GROUPING_USER'] as const
  t.throws(() => checkPlan(managed, planned(coupling, ['a'], ['b'])), {
    code: 'USER_MANAGED',
    message: /agent \(pid 2\) of group a .* user alice/,
    remedy: /--by user/,
  })
  t.doesNotThrow(() => checkPlan(managed, planned(user, ['a'], ['b'])))
  t.doesNotThrow(() => checkPlan(managed, planned(coupling, ['a'], ['a', 'b'])), 'it is in every child')
  t.doesNotThrow(() => checkPlan(session, planned(coupling, ['a'], ['b'])))
  t.end()
})
