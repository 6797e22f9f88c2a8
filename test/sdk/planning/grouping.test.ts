import t from 'tap'
import { choose, groupingOf, type SplitGrouping } from '../../../sdk/planning/grouping.ts'
import { planSplit } from '../../../sdk/planning/split-plan.ts'
import type { Workload } from '../../../sdk/planning/workload.ts'

const parent = { name: 'vm', cpus: 1, memoryMiB: 512, memory: 'shared' as const }
const group = (name: string) => ({
  name,
  cpuCores: 0,
  memoryBytes: 0,
  processes: 1,
  running: true,
  unrestartable: [],
  serviceAddress: '',
})
const reason = { from: null, to: null, channel: 'CHANNEL_UNIX_SOCKET', evidence: 'unix socket /s' } as const
const workload: Workload = {
  groups: [group('alice'), group('bob'), group('root')],
  bonds: [{ group: 'alice', other: 'bob', reasons: [reason] }],
}
const children = [
  { name: 'one', groups: ['alice', 'bob'] },
  { name: 'two', groups: ['root'] },
]

t.test('a request says which groups it speaks of; by coupling when it says nothing', async (t) => {
  t.equal(groupingOf({ children }), 'coupling')
  t.equal(groupingOf({ into: 2, grouping: 'user' }), 'user')
  t.equal(
    groupingOf(() => ({ children })),
    'coupling',
  )
  t.equal(groupingOf({ grouping: 'user', choose: () => ({ children }) }), 'user')
  t.equal(groupingOf({ choose: () => ({ children }) }), 'coupling')
  t.equal(planSplit(parent, workload, { children, grouping: 'user' }).grouping, 'user')
  t.equal(planSplit(parent, workload, { into: 2 }).grouping, 'coupling')
})

t.test('a function is given the groups that it asked for', async (t) => {
  const request = {
    grouping: 'user' as const,
    choose: ({ groups }: Workload) => ({
      children: [{ name: 'all', groups: groups.map(({ name }) => name) }],
    }),
  }
  t.match(planSplit(parent, workload, request), {
    grouping: 'user',
    children: [{ name: 'all', groups: ['alice', 'bob', 'root'] }],
  })
  const answers = (grouping: SplitGrouping) => () => ({ children, grouping })
  t.same(choose(answers('coupling'), workload), { children, grouping: 'coupling' })
  t.throws(() => choose(answers('user'), workload), {
    code: 'OTHER_GROUPING',
    message: /given groups by coupling.*by user/,
    remedy: /grouping: 'user'/,
  })
  t.throws(() => choose({ grouping: 'user', choose: answers('coupling') }, workload), {
    code: 'OTHER_GROUPING',
  })
})

t.test('coupled users are not parted, and the remedy is one that helps', async (t) => {
  const parted = [
    { name: 'one', groups: ['alice'] },
    { name: 'two', groups: ['bob', 'root'] },
  ]
  t.throws(() => planSplit(parent, workload, { children: parted, grouping: 'user' }), {
    code: 'COUPLED',
    message: /alice and bob \(unix socket \/s\)/,
    remedy: /split by coupling/,
  })
  t.throws(() => planSplit(parent, workload, { children: parted }), {
    code: 'COUPLED',
    remedy: /declare `apart`/,
  })
})
