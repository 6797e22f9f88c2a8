import fc from 'fast-check'
import t from 'tap'
import type { Tie } from '../../../../agent/group/coupling/ties.ts'
import { parseDeclaration } from '../../../../agent/group/declaration/parse.ts'
import type { Declaration } from '../../../../agent/group/declaration/types.ts'
import { groupByCoupling } from '../../../../agent/group/grouping/by-coupling.ts'
import { reasonsAgainstParting } from '../../../../agent/group/grouping/reasons.ts'
import { createUnion } from '../../../../agent/group/union.ts'
import type { ObservedProcess } from '../../../../agent/process/source.ts'
import { Channel, type Edge } from '../../../../proto/generated/messages.ts'
import { isName } from '../../../../proto/names.ts'
import { anyTies, observe, sampleProcess, workload } from '../sample-facts.ts'

const names = ['a', 'b', 'c', 'd']

function declare(name: string, more = ''): Declaration {
  const { declaration } = parseDeclaration(`match: { users: [nobody] }\n${more}`, `/groups/${name}.yaml`)
  if (declaration === undefined) throw new Error('the sample is wrong')
  return declaration
}

const pidsOf = (processes: readonly ObservedProcess[]) => processes.map(({ process }) => process.id?.pid ?? 0)

/** Some processes matched by one group, some by two. */
const anyMatches = fc
  .array(fc.tuple(fc.constantFrom(...pidsOf(workload)), fc.subarray(names, { minLength: 1, maxLength: 2 })), {
    maxLength: 8,
  })
  .map((pairs) => new Map(pairs))

const anyWorkload = fc.record({
  processes: fc.constant(workload),
  ties: anyTies,
  declarations: fc.constant(names.map((name) => declare(name))),
  matches: anyMatches,
})

t.test('every process is in exactly one group, every group has a valid name of its own', (t) => {
  fc.assert(
    fc.property(anyWorkload, (given) => {
      const { groups, groupOf } = groupByCoupling(given)
      const listed = groups.flatMap(({ processes }) => processes.map(({ pid }) => pid))
      const used = groups.map(({ name }) => name)
      return (
        t.same(listed.toSorted(), pidsOf(workload).toSorted()) &&
        groups.every(({ name, processes }) => processes.every(({ pid }) => groupOf.get(pid) === name)) &&
        new Set(used).size === used.length &&
        used.every(isName)
      )
    }),
  )
  t.end()
})

t.test('processes that are tied are in one group, or in groups that must stay together', (t) => {
  fc.assert(
    fc.property(anyWorkload, (given) => {
      const { groupOf, bonds } = groupByCoupling(given)
      const union = createUnion()
      const numbers = new Map([...new Set(groupOf.values())].map((name, index) => [name, index]))
      const number = (name: string) => numbers.get(name) ?? -1
      for (const { group, other } of bonds) union.join(number(group), number(other))
      return given.ties.every(({ holders }) => {
        const roots = holders.map(({ id }) => union.find(number(groupOf.get(id?.pid ?? 0) ?? '')))
        return new Set(roots).size === 1
      })
    }),
  )
  t.end()
})

t.test('the same guest is grouped the same way', (t) => {
  fc.assert(fc.property(anyWorkload, (given) => t.same(groupByCoupling(given), groupByCoupling(given))))
  t.end()
})

t.test('the reasons of a bond lead from one group to the other, unless a declaration is the reason', (t) => {
  fc.assert(
    fc.property(anyWorkload, (given) => {
      const { bonds, groupOf } = groupByCoupling(given)
      return bonds.every(({ group, other, reasons }) => {
        if (reasons.some(({ channel }) => channel === Channel.CHANNEL_DECLARATION)) return true
        const way = createUnion()
        for (const { from, to } of reasons) way.join(from?.pid ?? 0, to?.pid ?? 0)
        const rootsIn = (name: string) =>
          pidsOf(workload)
            .filter((pid) => groupOf.get(pid) === name)
            .map((pid) => way.find(pid))
        const roots = new Set(rootsIn(group))
        return group < other && rootsIn(other).some((root) => roots.has(root))
      })
    }),
  )
  t.end()
})

// Two declared groups with a process that nobody declared between them.
const [one, between, two, lone] = [10, 11, 12, 13].map((pid) => sampleProcess(pid, { name: `p${pid}` }))
if (!one || !between || !two || !lone) throw new Error('the sample is wrong')
const chain: Tie[] = [
  { channel: Channel.CHANNEL_PIPE, evidence: 'pipe 1', holders: [one, between] },
  { channel: Channel.CHANNEL_UNIX_SOCKET, evidence: 'unix socket /s', holders: [between, two] },
]
const processes = [one, between, two, lone].map((process) => observe(process))
const matches = new Map([
  [10, ['shop']],
  [12, ['mail']],
])

t.test(
  'what is tied to a declared group joins it; two that meet have a bond with the way between them',
  (t) => {
    const declarations = [declare('shop'), declare('mail')]
    const { groups, bonds, groupOf } = groupByCoupling({ processes, ties: chain, declarations, matches })
    t.same(Object.fromEntries(groupOf), { 10: 'shop', 11: 'shop', 12: 'mail', 13: 'p13-13' })
    t.match(groups, [
      {
        name: 'shop',
        origin: 'GROUP_ORIGIN_DECLARED',
        state: 'GROUP_STATE_RUNNING',
        cpuCores: 1,
        memoryBytes: 2000,
        declaredIn: '/groups/shop.yaml',
      },
      { name: 'mail', processes: [{ pid: 12, startTicks: 120 }] },
      { name: 'p13-13', origin: 'GROUP_ORIGIN_DISCOVERED', declaredIn: '' },
    ])
    t.match(bonds, [
      {
        group: 'mail',
        other: 'shop',
        reasons: [
          { from: { pid: 12 }, to: { pid: 11 }, evidence: 'unix socket /s' },
          { from: { pid: 10 }, to: { pid: 11 }, evidence: 'pipe 1' },
        ],
      },
    ])
    t.end()
  },
)

t.test('apart lets the coupling be cut, and the edge says so', (t) => {
  for (const declarations of [
    [declare('shop', 'apart: [mail]'), declare('mail')],
    [declare('shop'), declare('mail', 'apart: [shop]')],
  ]) {
    const { bonds, edges } = groupByCoupling({ processes, ties: chain, declarations, matches })
    t.same(bonds, [])
    t.match(edges, [
      { evidence: 'pipe 1' },
      { evidence: 'unix socket /s, which may be cut: shop and mail are declared apart' },
    ])
  }
  t.end()
})

t.test('apart cuts only between the two, whoever else holds the same object', (t) => {
  const all: Tie = { channel: Channel.CHANNEL_WRITTEN_FILE, evidence: 'file', holders: [one, between, two] }
  const declarations = [declare('a', 'apart: [b, c]'), declare('b'), declare('c')]
  const each = new Map([
    [10, ['a']],
    [11, ['b']],
    [12, ['c']],
  ])
  const { bonds } = groupByCoupling({ processes, ties: [all], declarations, matches: each })
  t.match(bonds, [{ group: 'b', other: 'c', reasons: [{ from: { pid: 11 }, to: { pid: 12 } }] }])
  t.equal(bonds.length, 1)
  t.end()
})

t.test('together is a bond, also for groups that do not run, and stronger than apart', (t) => {
  const declarations = [
    declare('shop', 'together: [mail, cart]\napart: [mail]'),
    declare('mail'),
    declare('cart'),
  ]
  const { bonds, groups } = groupByCoupling({ processes, ties: [], declarations, matches })
  t.match(bonds, [
    {
      group: 'mail',
      other: 'shop',
      reasons: [
        {
          channel: 'CHANNEL_DECLARATION',
          from: { pid: 10 },
          to: { pid: 12 },
          evidence: 'declared together in /groups/shop.yaml',
        },
      ],
    },
    { group: 'cart', other: 'shop', reasons: [{ from: { pid: 10 }, to: null }] },
  ])
  t.match(groups[2], { name: 'cart', state: 'GROUP_STATE_STOPPED', processes: [] })
  t.end()
})

t.test('a process that two groups match belongs to the first, and bonds them', (t) => {
  const declarations = [declare('shop', 'apart: [mail]'), declare('mail')]
  const both = new Map([
    [10, ['shop', 'mail']],
    [11, ['shop', 'mail']],
  ])
  const { bonds, problems, groupOf } = groupByCoupling({ processes, ties: [], declarations, matches: both })
  t.equal(groupOf.get(10), 'shop')
  t.same(problems, ['groups shop and mail both match process 10 (p10) and 1 more; shop has what both match'])
  t.match(bonds, [
    { group: 'mail', other: 'shop', reasons: [{ evidence: 'both match process 10 (p10) and 1 more' }] },
  ])
  t.end()
})

t.test('two groups may be parted unless bonds lead from one to the other', (t) => {
  const reason = (evidence: string): Edge => ({
    from: null,
    to: null,
    channel: Channel.CHANNEL_PIPE,
    evidence,
  })
  const bonds = [
    { group: 'a', other: 'b', reasons: [reason('ab')] },
    { group: 'b', other: 'c', reasons: [reason('bc')] },
    { group: 'd', other: 'e', reasons: [reason('de')] },
  ]
  const why = (group: string, other: string) =>
    reasonsAgainstParting(bonds, group, other).map(({ evidence }) => evidence)
  t.same(why('a', 'b'), ['ab'])
  t.same(why('a', 'c'), ['ab', 'bc'])
  t.same(why('c', 'a'), ['bc', 'ab'])
  t.same(why('a', 'd'), [])
  t.same(why('a', 'z'), [])
  t.end()
})
