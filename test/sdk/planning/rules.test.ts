import fc from 'fast-check'
import t from 'tap'
import { assign } from '../../../sdk/planning/assignment.ts'
import { planSplit } from '../../../sdk/planning/split-plan.ts'
import { toWorkload, type Workload, type WorkloadGroup } from '../../../sdk/planning/workload.ts'
import { group as listedGroup } from '../cli/guest.ts'

const group = (name: string, fields: Partial<WorkloadGroup> = {}): WorkloadGroup => ({
  name,
  cpuCores: 0.1,
  memoryBytes: 1e6,
  processes: 1,
  running: true,
  unrestartable: [],
  serviceAddress: '',
  ...fields,
})
const workloadOf = (...groups: WorkloadGroup[]): Workload => ({ groups, bonds: [] })
const parent = { name: 'vm', memory: 'shared', cpus: 1, memoryMiB: 512 } as const
const four = workloadOf(group('a'), group('b'), group('c'), group('d'))

t.test('groups are kept together and apart, and none is lost, whatever the rules', async (t) => {
  const names = Array.from({ length: 8 }, (_, index) => `g${index}`)
  const sets = fc.array(fc.uniqueArray(fc.constantFrom(...names), { minLength: 2, maxLength: 3 }), {
    maxLength: 3,
  })
  const loads = fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 8, maxLength: 8 })
  let found = 0
  fc.assert(
    fc.property(sets, sets, loads, fc.integer({ min: 1, max: 4 }), (together, apart, cpuCores, into) => {
      const workload = workloadOf(
        ...names.map((name, index) => group(name, { cpuCores: cpuCores[index] ?? 0 })),
      )
      let children: ReturnType<typeof assign>
      try {
        children = assign(workload, { into, rules: { together, apart } }, 'vm')
      } catch (error) {
        return ['RULES_CONFLICT', 'TOO_FEW_GROUPS'].includes((error as { code: string }).code)
      }
      found += 1
      const owner = (name: string) => children.find(({ groups }) => groups.includes(name))?.name
      return (
        children
          .flatMap(({ groups }) => groups)
          .toSorted()
          .join() === names.join() &&
        children.every(({ groups }) => groups.length > 0) &&
        together.every((set) => new Set(set.map(owner)).size === 1) &&
        apart.every((set) => new Set(set.map(owner)).size === set.length)
      )
    }),
  )
  t.ok(found > 10, 'most of them can be kept')
})

t.test('a dead end is left again', async (t) => {
  // The largest goes to one, the next to the other; what is apart from both has to find a third.
  const workload = workloadOf(
    group('a', { cpuCores: 4 }),
    group('b', { cpuCores: 3 }),
    group('c'),
    group('d'),
  )
  const children = assign(
    workload,
    {
      into: 2,
      rules: {
        apart: [
          ['a', 'c'],
          ['b', 'd'],
          ['c', 'd'],
        ],
      },
    },
    'vm',
  )
  t.same(
    children.map(({ groups }) => groups.toSorted()),
    [
      ['a', 'd'],
      ['b', 'c'],
    ],
  )
})

t.test('shares of the number of processes', async (t) => {
  const workload = workloadOf(
    group('many', { processes: 6 }),
    group('busy', { processes: 1, cpuCores: 9 }),
    group('few', { processes: 2 }),
    group('more', { processes: 3 }),
  )
  const children = assign(workload, { into: 2, measure: 'processes' }, 'vm')
  t.same(
    children.map(({ groups }) => groups),
    [['many'], ['more', 'few', 'busy']],
  )
})

t.test('weights', async (t) => {
  const workload = workloadOf(group('a'), group('b'), group('c'))
  const children = assign(workload, { into: 2, rules: { weights: { c: 2 } } }, 'vm')
  t.same(
    children.map(({ groups }) => groups),
    [['c'], ['a', 'b']],
  )
})

t.test('a group is on every child, beside its own groups or alone', async (t) => {
  const rules = { everyChild: ['d'] }
  const spread = assign(four, { into: 2, rules }, 'vm')
  t.same(
    spread.map(({ groups }) => groups),
    [
      ['a', 'c', 'd'],
      ['b', 'd'],
    ],
  )
  const few = assign(workloadOf(group('a'), group('d')), { into: 3, rules }, 'vm')
  t.same(
    few.map(({ groups }) => groups),
    [['a', 'd'], ['d'], ['d']],
  )
  const children = [
    { name: 'x', groups: ['a', 'b', 'c'] },
    { name: 'y', groups: ['d'] },
  ]
  const plan = planSplit(parent, four, { children, rules })
  t.same(
    plan.children.map(({ groups }) => groups),
    [['a', 'b', 'c', 'd'], ['d']],
  )
  t.same(plan.replicated, ['d'])
})

t.test('a replicated group may be named for several children, and need not', async (t) => {
  const children = [
    { name: 'x', groups: ['a', 'd'] },
    { name: 'y', groups: ['b', 'd'] },
    { name: 'z', groups: ['c'] },
  ]
  t.throws(() => assign(four, { children }, 'vm'), { code: 'GROUP_NAMED_TWICE' })
  const rules = { replicated: ['d', 'a'] }
  t.same(assign(four, { children, rules }, 'vm'), children)
  t.same(planSplit(parent, four, { children, rules }).replicated, ['d'])
  const twice = [{ name: 'x', groups: ['a', 'b', 'c', 'd', 'd'] }]
  t.throws(() => assign(four, { children: twice, rules }, 'vm'), { code: 'GROUP_NAMED_TWICE' })
})

t.test('what a group of several children is coupled to is wherever it is', async (t) => {
  const bonded: Workload = { ...four, bonds: [{ group: 'c', other: 'd', reasons: [] }] }
  const children = [
    { name: 'x', groups: ['a', 'd'] },
    { name: 'y', groups: ['b', 'c', 'd'] },
  ]
  const rules = { replicated: ['d'] }
  t.throws(() => planSplit(parent, bonded, { children, rules }), { code: 'COUPLED' })
  t.throws(() => planSplit(parent, bonded, { into: 2, rules: { everyChild: ['d'] } }), { code: 'COUPLED' })
  t.doesNotThrow(() => planSplit(parent, bonded, { into: 2, rules: { everyChild: ['c', 'd'] } }))
})

t.test(
  'a group that writes a disk of its own runs in one child, whatever the disk is reached by',
  async (t) => {
    const disk = {
      serial: '',
      uuid: '',
      mountPoint: '/srv/media',
      fileSystem: '',
      options: ['noatime'],
      nfs: '',
    }
    const iscsi = { portal: '10.77.0.1:3260', name: 'iqn.2024-01.example:media', lun: 0 }
    const written = {
      'of this host': { ...disk, serial: 'media', iscsi: null },
      'of a SAN': { ...disk, iscsi },
      NFS: { ...disk, iscsi: null, nfs: 'files:/media' },
    }
    const workloadWith = (disks: Parameters<typeof listedGroup>[0]['disks'] = []) =>
      toWorkload({
        groups: [listedGroup({ name: 'media', disks }), listedGroup({ name: 'shop' })],
        processes: [],
        bonds: [],
      })
    const children = [
      { name: 'x', groups: ['shop', 'media'] },
      { name: 'y', groups: ['media'] },
    ]
    for (const [kind, one] of Object.entries(written)) {
      for (const request of [
        { into: 2, rules: { everyChild: ['media'] } },
        { children, rules: { replicated: ['media'] } },
      ]) {
        const refused = { code: 'NOT_REPLICABLE', message: /media .*\/srv\/media/ }
        t.throws(() => assign(workloadWith([one]), request, 'vm'), refused, kind)
      }
    }
    const read = { ...written['of a SAN'], options: ['ro'] }
    t.same(assign(workloadWith([read]), { children, rules: { replicated: ['media'] } }, 'vm'), children)
  },
)

t.test('a program chooses', async (t) => {
  const plan = planSplit(parent, four, ({ groups }) => ({
    children: groups.map(({ name }) => ({ name: `child-${name}`, groups: [name] })),
  }))
  t.same(
    plan.children.map(({ name }) => name),
    ['child-a', 'child-b', 'child-c', 'child-d'],
  )
})

t.test('what can not be kept to is refused', async (t) => {
  const named = {
    children: [
      { name: 'x', groups: ['a', 'b'] },
      { name: 'y', groups: ['c', 'd'] },
    ],
  }
  const bonded: Workload = { ...four, bonds: [{ group: 'a', other: 'b', reasons: [] }] }
  const served = workloadOf(group('a', { serviceAddress: '10.77.0.80/24' }), group('b'))
  const cases: [string, Workload, Parameters<typeof assign>[1]][] = [
    ['RULE_BROKEN', four, { ...named, rules: { together: [['b', 'c']] } }],
    ['RULE_BROKEN', four, { ...named, rules: { apart: [['a', 'c', 'b']] } }],
    ['RULE_BROKEN', four, { into: 2, rules: { everyChild: ['d'], apart: [['a', 'd']] } }],
    [
      'RULE_BROKEN',
      four,
      {
        children: [
          { name: 'x', groups: ['c', 'd'] },
          { name: 'y', groups: ['a', 'b', 'd'] },
        ],
        rules: { replicated: ['d'], apart: [['a', 'd']] },
      },
    ],
    ['RULES_CONFLICT', four, { into: 2, rules: { apart: [['a', 'b', 'c']] } }],
    ['RULES_CONFLICT', bonded, { into: 2, rules: { apart: [['a', 'b']] } }],
    ['NOT_REPLICABLE', served, { into: 1, rules: { everyChild: ['a'] } }],
    ['NOT_REPLICABLE', served, { into: 1, rules: { replicated: ['a'] } }],
    ['GROUP_NOT_FOUND', four, { into: 2, rules: { weights: { x: 1 } } }],
    ['GROUP_NOT_FOUND', four, { ...named, rules: { apart: [['a', 'x']] } }],
    ['BAD_WEIGHT', four, { into: 2, rules: { weights: { a: 0 } } }],
  ]
  for (const [code, workload, request] of cases) {
    t.throws(() => assign(workload, request, 'vm'), { code }, `${code}: ${JSON.stringify(request)}`)
  }
})
