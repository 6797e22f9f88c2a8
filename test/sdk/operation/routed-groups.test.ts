/** Which groups move where, as their routes need to know. */
import t from 'tap'
import { groupsToCarry, groupsToMerge } from '../../../sdk/operation/merge/routed-groups.ts'
import { groupsToPart } from '../../../sdk/operation/split/routed-groups.ts'
import { addressMoves } from '../../../sdk/planning/leading.ts'
import { planMerge } from '../../../sdk/planning/merge-plan.ts'
import { group, id } from '../cli/guest.ts'
import { machineRecord } from '../store/machine-record.ts'

const declared = (name: string, more: Parameters<typeof group>[0] = {}) =>
  group({ name, origin: 'GROUP_ORIGIN_DECLARED', processes: [id(7)], ...more })

const party = (name: string, ...groups: ReturnType<typeof group>[]) => ({
  name,
  cpus: 1,
  memoryMiB: 512,
  disks: [],
  listed: { groups, bonds: [] },
  machine: machineRecord({ name }),
})

t.test('a split: children of a group, and of the user whose it is', async (t) => {
  const groups = [
    declared('shop'),
    declared('cache'),
    declared('idle', { processes: [] }),
    declared('away', { state: 'GROUP_STATE_FOREIGN' }),
  ]
  const children = [
    { name: 'front', groups: ['shop', 'cache', 'idle', 'away'] },
    { name: 'back', groups: ['cache'] },
  ]
  const byCoupling = groupsToPart({ declared: groups, listed: groups, children })
  t.same(
    byCoupling.map((one) => [one.group.name, one.children, one.runs]),
    [
      ['shop', ['front'], true],
      ['cache', ['front', 'back'], true],
      ['idle', ['front'], false],
    ],
    "what is another machine's stays there",
  )
  const listed = [
    group({ name: 'alice', declaredGroups: ['shop'] }),
    group({ name: 'bob', declaredGroups: ['cache'] }),
  ]
  const byUser = groupsToPart({
    declared: groups.filter(({ name }) => name !== 'idle'),
    listed,
    children: [
      { name: 'one', groups: ['bob'] },
      { name: 'two', groups: ['alice'] },
    ],
  })
  t.same(
    byUser.map((one) => [one.group.name, one.children]),
    [
      ['shop', ['two']],
      ['cache', ['one']],
    ],
  )
})

t.test('a merge: a group that the destination runs already ends in the source alone', async (t) => {
  const cache = () => declared('cache', { stateless: true, serviceAddresses: [] })
  const destination = party(
    'front',
    cache(),
    declared('mail', { state: 'GROUP_STATE_FOREIGN', processes: [] }),
  )
  const source = party('back', cache(), declared('mail', { serviceAddresses: [] }))
  const plan = planMerge(destination, [source], { sources: ['back'], restart: true })
  t.same(
    groupsToMerge(plan, [destination, source]).map((one) => [
      one.group.name,
      one.from.name,
      one.to.map(({ name }) => name),
    ]),
    [
      ['mail', 'back', ['front']],
      ['cache', 'back', []],
      ['cache', 'front', ['front']],
    ],
  )
})

t.test('addresses come along with groups that do not run, too', async (t) => {
  const source = party(
    'back',
    declared('mail', { processes: [], serviceAddresses: ['10.77.0.81/24'] }),
    declared('shop', { state: 'GROUP_STATE_FOREIGN', serviceAddresses: ['10.77.0.80/24'] }),
  )
  const destination = party('front', declared('mail', { state: 'GROUP_STATE_FOREIGN', processes: [] }))
  const plan = planMerge(destination, [source], { sources: ['back'] })
  t.same(addressMoves(groupsToCarry(plan, [source])), [
    { address: '10.77.0.81/24', group: 'mail', from: 'back', to: 'front' },
  ])
})
