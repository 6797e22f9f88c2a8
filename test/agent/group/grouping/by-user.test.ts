import fc from 'fast-check'
import t from 'tap'
import type { Tie } from '../../../../agent/group/coupling/ties.ts'
import { parseDeclaration } from '../../../../agent/group/declaration/parse.ts'
import type { Declaration } from '../../../../agent/group/declaration/types.ts'
import { groupByUser } from '../../../../agent/group/grouping/by-user.ts'
import { ownerOf } from '../../../../agent/group/grouping/owners.ts'
import type { Workload } from '../../../../agent/group/grouping/types.ts'
import { createUnion } from '../../../../agent/group/union.ts'
import { Channel, type Process } from '../../../../proto/generated/messages.ts'
import { isName } from '../../../../proto/names.ts'
import { observe, sampleProcess } from '../sample-facts.ts'

function declare(name: string, more = ''): Declaration {
  const text = `match: { units: [${name}.service] }\nserviceAddress: 10.0.0.${name.charCodeAt(0)}/24\n${more}`
  const { declaration } = parseDeclaration(text, `/groups/${name}.yaml`)
  if (declaration === undefined) throw new Error('the sample is wrong')
  return declaration
}

const users = ['root', 'alice', 'Bob', 'bob-uid2', '_Bob', '_']

const pid = fc.integer({ min: 2, max: 40 })
const anyProcess = fc
  .record({
    pid,
    user: fc.nat({ max: users.length - 1 }),
    login: fc.option(fc.nat({ max: users.length - 1 })),
  })
  .map(({ pid, user, login }) =>
    sampleProcess(pid, {
      userId: user,
      user: users[user] ?? '',
      cgroup: login === null ? '/system.slice/a.service' : `/user.slice/user-${login}.slice/session-1.scope`,
    }),
  )
const names = ['a', 'b', 'c', 'd']
const anyDeclarations = fc
  .array(fc.subarray(names), { minLength: names.length, maxLength: names.length })
  .map((together) =>
    names.map((name, index) => declare(name, `together: [${together[index]?.join(', ')}]\n`)),
  )

const anyWorkload: fc.Arbitrary<Workload> = fc
  .uniqueArray(anyProcess, { selector: ({ id }) => id?.pid, minLength: 1, maxLength: 20 })
  .chain((processes) =>
    fc.record({
      processes: fc.constant(processes.map((process) => observe(process))),
      ties: fc.array(
        fc.record({
          channel: fc.constant(Channel.CHANNEL_PIPE),
          evidence: fc.constant('pipe'),
          holders: fc.subarray(processes, { minLength: 1 }),
        }),
        { maxLength: 5 },
      ),
      declarations: anyDeclarations,
      matches: fc
        .array(fc.tuple(fc.constantFrom(...processes), fc.subarray(names, { minLength: 1, maxLength: 2 })), {
          maxLength: 6,
        })
        .map((pairs) => new Map(pairs.map(([process, groups]) => [process.id?.pid ?? 0, groups]))),
    }),
  )

/** Tells whether bonds lead from one group to another. */
function bonded({ groups, bonds }: ReturnType<typeof groupByUser>) {
  const union = createUnion()
  const number = (name: string) => groups.findIndex((group) => group.name === name)
  for (const { group, other } of bonds) union.join(number(group), number(other))
  return (names: readonly string[]) => new Set(names.map((name) => union.find(number(name)))).size <= 1
}

t.test('every process is in the one group of its owner, and every group has a valid name of its own', (t) => {
  fc.assert(
    fc.property(anyWorkload, (given) => {
      const { groups, groupOf } = groupByUser(given)
      const used = groups.map(({ name }) => name)
      const groupsOfOwner = Map.groupBy(given.processes, ({ process }) => ownerOf(process))
      const listed = groups.flatMap(({ name, processes }) => processes.map(({ pid }) => [pid, name] as const))
      return (
        used.every(isName) &&
        new Set(used).size === used.length &&
        listed.length === given.processes.length &&
        listed.every(([pid, name]) => groupOf.get(pid) === name) &&
        [...groupsOfOwner.values()].every(
          (own) => new Set(own.map(({ process }) => groupOf.get(process.id?.pid ?? 0))).size === 1,
        )
      )
    }),
  )
  t.end()
})

t.test('who is tied must stay together', (t) => {
  fc.assert(
    fc.property(anyWorkload, (given) => {
      const grouped = groupByUser(given)
      const areBonded = bonded(grouped)
      return given.ties.every(({ holders }) =>
        areBonded(holders.map(({ id }) => grouped.groupOf.get(id?.pid ?? 0) ?? '')),
      )
    }),
  )
  t.end()
})

t.test(
  'every declared group is somebody’s, and all whose it is must stay together, with what it is declared together with',
  (t) => {
    fc.assert(
      fc.property(anyWorkload, (given) => {
        const grouped = groupByUser(given)
        const areBonded = bonded(grouped)
        const holdersOf = (name: string) =>
          grouped.groups.filter(({ declaredGroups }) => declaredGroups.includes(name))
        const ownersOf = (name: string) =>
          given.processes
            .filter(({ process }) => given.matches.get(process.id?.pid ?? 0)?.includes(name))
            .map(({ process }) => grouped.groupOf.get(process.id?.pid ?? 0) ?? '')
        return given.declarations.every(({ name, together, serviceAddress, match }) => {
          const holders = holdersOf(name)
          const all = [name, ...together].flatMap((one) => [
            ...holdersOf(one).map((holder) => holder.name),
            ...ownersOf(one),
          ])
          return (
            holders.length > 0 &&
            ownersOf(name).every((owner) => holders.some((holder) => holder.name === owner)) &&
            holders.every(
              ({ serviceAddresses, units }) =>
                serviceAddresses.includes(serviceAddress) &&
                match.units.every((unit) => units.includes(unit)),
            ) &&
            areBonded(all)
          )
        })
      }),
    )
    t.end()
  },
)

t.test('a name does not depend on who else there is', (t) => {
  fc.assert(
    fc.property(anyWorkload, fc.nat(), (given, choice) => {
      const { groupOf } = groupByUser(given)
      const kept = given.processes[choice % given.processes.length]
      if (kept === undefined || kept.process.userId !== ownerOf(kept.process)) return true
      const alone = groupByUser({ ...given, processes: [kept], ties: [], declarations: [] })
      return alone.groups[0]?.name === groupOf.get(kept.process.id?.pid ?? 0)
    }),
  )
  t.end()
})

const grouped = (processes: readonly Process[], more: Partial<Workload> = {}) =>
  groupByUser({
    processes: processes.map((process) => observe(process)),
    ties: [],
    declarations: [],
    matches: new Map(),
    ...more,
  })

t.test('a login is whose it is, whatever runs in it', (t) => {
  const login = '/user.slice/user-1000.slice/session-3.scope'
  const manager = '/user.slice/user-1000.slice/user@1000.service/init.scope'
  const { groups } = grouped([
    sampleProcess(5, { userId: 1000, user: 'alice', cgroup: login, unit: 'session-3.scope' }),
    sampleProcess(6, { userId: 0, user: 'root', cgroup: login, unit: 'session-3.scope' }),
    sampleProcess(7, { userId: 1000, user: 'alice', cgroup: manager, unit: 'user@1000.service' }),
    sampleProcess(8, { userId: 0, user: 'root', unit: 'cron.service' }),
  ])
  t.match(groups, [
    { name: 'alice', users: ['alice', 'root'], units: ['session-3.scope', 'user@1000.service'] },
    { name: 'root', units: ['cron.service'] },
  ])
  t.equal(groups[0]?.processes.length, 3)
  t.end()
})

t.test('users that no name fits have one with their number', (t) => {
  const processes = [
    sampleProcess(5, { userId: 101, user: 'Debian-exim' }),
    sampleProcess(6, { userId: 102, user: 'debian_exim' }),
    sampleProcess(7, { userId: 64_000, user: '64000' }),
    sampleProcess(8, { userId: 0, user: 'root' }),
  ]
  const ties: Tie[] = [{ channel: Channel.CHANNEL_PIPE, evidence: 'pipe 1', holders: processes.slice(0, 2) }]
  const { groups, bonds } = grouped(processes, { ties })
  t.same(
    groups.map(({ name, origin }) => [name, origin]),
    [
      ['64000', 'GROUP_ORIGIN_USER'],
      ['debian-exim-uid101', 'GROUP_ORIGIN_USER'],
      ['debian-exim-uid102', 'GROUP_ORIGIN_USER'],
      ['root', 'GROUP_ORIGIN_USER'],
    ],
  )
  t.match(bonds, [
    { group: 'debian-exim-uid101', other: 'debian-exim-uid102', reasons: [{ evidence: 'pipe 1' }] },
  ])
  t.end()
})

t.test('what is declared keeps its users together; what of it does not run is root’s', (t) => {
  const alice = sampleProcess(5, { userId: 1000, user: 'alice' })
  const bob = sampleProcess(6, { userId: 1001, user: 'bob' })
  const matches = new Map([
    [5, ['a']],
    [6, ['b']],
  ])
  const apart = grouped([alice, bob], { declarations: [declare('a', 'apart: [b]'), declare('b')], matches })
  t.same(apart.bonds, [])
  const both = grouped([alice, bob], { declarations: [declare('a', 'together: [b]'), declare('b')], matches })
  t.match(both.bonds, [
    {
      group: 'alice',
      other: 'bob',
      reasons: [
        {
          from: { pid: 5 },
          to: { pid: 6 },
          channel: 'CHANNEL_DECLARATION',
          evidence:
            'groups a (/groups/a.yaml) and b (/groups/b.yaml), declared together, have processes of both',
        },
      ],
    },
  ])
  const idle = grouped([alice], { declarations: [declare('a'), declare('c')], matches })
  t.match(idle.groups, [
    {
      name: 'alice',
      declaredGroups: ['a'],
      serviceAddresses: ['10.0.0.97/24'],
      state: 'GROUP_STATE_RUNNING',
    },
    {
      name: 'root',
      declaredGroups: ['c'],
      units: ['c.service'],
      processes: [],
      state: 'GROUP_STATE_STOPPED',
    },
  ])
  t.end()
})
