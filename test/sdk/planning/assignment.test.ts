import fc from 'fast-check'
import t from 'tap'
import { assign } from '../../../sdk/planning/assignment.ts'
import { bondedSets, type Workload } from '../../../sdk/planning/workload.ts'

const group = (name: string, cpuCores = 0.1, memoryBytes = 1e6, running = true) => ({
  name,
  cpuCores,
  memoryBytes,
  processes: 1,
  running,
  unrestartable: [],
  serviceAddress: '',
})

const workloads: fc.Arbitrary<Workload> = fc
  .array(
    fc.record({
      cpuCores: fc.double({ min: 0, max: 4, noNaN: true }),
      memoryBytes: fc.nat(1e9),
      processes: fc.integer({ min: 1, max: 50 }),
      running: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((facts) => {
    const groups = facts.map((fact, index) => ({
      name: `g${index}`,
      serviceAddress: '',
      unrestartable: [],
      ...fact,
    }))
    const names = groups.map(({ name }) => name)
    const bond = fc.record({
      group: fc.constantFrom(...names),
      other: fc.constantFrom(...names),
      reasons: fc.constant([]),
    })
    return fc.record({ groups: fc.constant(groups), bonds: fc.array(bond, { maxLength: 6 }) })
  })

const codeOf = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'nothing thrown'
}

t.test('bonded sets hold every group once and never part a bond', async (t) => {
  fc.assert(
    fc.property(workloads, (workload) => {
      const sets = bondedSets(workload).map((set) => set.map(({ name }) => name))
      t.same(sets.flat().sort(), workload.groups.map(({ name }) => name).sort())
      for (const { group, other } of workload.bonds) {
        t.ok(sets.some((set) => set.includes(group) && set.includes(other)))
      }
    }),
    { numRuns: 50 },
  )
})

t.test(
  'a balanced assignment gives every group to one child, keeps bonds, and leaves no child idle',
  async (t) => {
    fc.assert(
      fc.property(workloads, fc.integer({ min: 1, max: 5 }), (workload, into) => {
        const sets = bondedSets(workload).filter((set) => set.some(({ running }) => running))
        if (sets.length < into) {
          t.equal(
            codeOf(() => assign(workload, { into }, 'vm')),
            'TOO_FEW_GROUPS',
          )
          return
        }
        const children = assign(workload, { into }, 'vm')
        t.same(
          children.flatMap(({ groups }) => groups).sort(),
          workload.groups.map(({ name }) => name).sort(),
        )
        const running = new Set(workload.groups.filter(({ running }) => running).map(({ name }) => name))
        for (const { groups } of children) t.ok(groups.some((name) => running.has(name)))
        for (const { group, other } of workload.bonds) {
          t.ok(children.some(({ groups }) => groups.includes(group) && groups.includes(other)))
        }
      }),
      { numRuns: 50 },
    )
  },
)

t.test('a balanced assignment is at most 4/3 of the best for CPU alone (Graham 1969)', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 4, maxLength: 8 }), (costs) => {
      const groups = costs.map((cost, index) => group(`g${index}`, cost, 0))
      const children = assign({ groups, bonds: [] }, { into: 2 }, 'vm')
      const cost = new Map(groups.map(({ name, cpuCores }) => [name, cpuCores]))
      const worst = Math.max(
        ...children.map((child) => child.groups.reduce((sum, name) => sum + (cost.get(name) ?? 0), 0)),
      )
      const total = costs.reduce((sum, each) => sum + each, 0)
      let best = total
      for (let subset = 0; subset < 2 ** costs.length; subset++) {
        const one = costs.reduce((sum, each, index) => sum + ((subset >> index) & 1 ? each : 0), 0)
        best = Math.min(best, Math.max(one, total - one))
      }
      t.ok(worst <= (4 / 3) * best + 1e-9, `${worst} against ${best}`)
    }),
    { numRuns: 50 },
  )
})

t.test('named children', async (t) => {
  const workload = { groups: [group('shop'), group('mail'), group('idle', 0, 0, false)], bonds: [] }

  t.test('get what they name; what does not run goes to the first', async (t) => {
    const children = [
      { name: 'a', groups: ['mail'] },
      { name: 'b', groups: ['shop'] },
    ]
    t.same(assign(workload, { children }, 'vm'), [
      { name: 'a', groups: ['mail', 'idle'] },
      { name: 'b', groups: ['shop'] },
    ])
  })

  t.test('can name one that gets the rest', async (t) => {
    const children = [
      { name: 'a', groups: ['mail'] },
      { name: 'b', groups: [] },
    ]
    t.same(assign(workload, { children, rest: 'b' }, 'vm')[1], { name: 'b', groups: ['shop', 'idle'] })
  })

  const mistakes: Record<string, Parameters<typeof assign>[1]> = {
    GROUP_UNASSIGNED: { children: [{ name: 'a', groups: ['mail'] }] },
    GROUP_NOT_FOUND: { children: [{ name: 'a', groups: ['nail'] }] },
    GROUP_NAMED_TWICE: {
      children: [
        { name: 'a', groups: ['mail', 'shop'] },
        { name: 'b', groups: ['mail'] },
      ],
    },
    CHILD_NAMED_TWICE: {
      children: [
        { name: 'a', groups: ['mail'] },
        { name: 'a', groups: ['shop'] },
      ],
    },
    CHILD_EMPTY: {
      children: [
        { name: 'a', groups: ['mail', 'shop'] },
        { name: 'b', groups: [] },
      ],
    },
    CHILD_NOT_FOUND: { children: [{ name: 'a', groups: ['mail', 'shop'] }], rest: 'c' },
    BAD_NAME: { children: [{ name: '../a', groups: ['mail', 'shop'] }] },
    BAD_CHILD_COUNT: { into: 0 },
    TOO_FEW_GROUPS: { into: 3 },
  }
  for (const [code, request] of Object.entries(mistakes)) {
    t.test(`${code} is refused`, async (t) => {
      t.equal(
        codeOf(() => assign(workload, request, 'vm')),
        code,
      )
    })
  }
})
