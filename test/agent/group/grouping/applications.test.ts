/** Groups that applications declared: what is coupled to them and another user's is bonded to them, never taken. */
import fc from 'fast-check'
import t from 'tap'
import type { Tie } from '../../../../agent/group/coupling/ties.ts'
import { createMatcher } from '../../../../agent/group/declaration/match.ts'
import { parseDeclaration } from '../../../../agent/group/declaration/parse.ts'
import { parseApplication } from '../../../../agent/group/declaration/parse-application.ts'
import type { Declaration } from '../../../../agent/group/declaration/types.ts'
import { groupByCoupling } from '../../../../agent/group/grouping/by-coupling.ts'
import { createUnion } from '../../../../agent/group/union.ts'
import { Channel, type Process } from '../../../../proto/generated/messages.ts'
import { observe, sampleProcess } from '../sample-facts.ts'

const mallory = 1000

function application(pid: number, match: object = {}): Declaration {
  const text = JSON.stringify({ process: { pid, startTicks: pid * 10 }, match })
  const file = '/d/mallory.json'
  const { declaration } = parseApplication({ text, file, userId: mallory, user: 'mallory' })
  if (declaration === undefined) throw new Error('the sample is wrong')
  return declaration
}

function admin(text: string): Declaration {
  const { declaration } = parseDeclaration(text, '/g/shop.yaml')
  if (declaration === undefined) throw new Error('the sample is wrong')
  return declaration
}

function group(processes: readonly Process[], ties: readonly Tie[], declarations: readonly Declaration[]) {
  const matches = createMatcher(declarations)
  return groupByCoupling({
    processes: processes.map((process) => observe(process)),
    ties,
    declarations,
    matches: new Map(processes.map((process) => [process.id?.pid ?? 0, matches(process)])),
  })
}

const tie = (evidence: string, ...holders: Process[]): Tie => ({
  channel: Channel.CHANNEL_UNIX_SOCKET,
  evidence,
  holders,
})

const own = sampleProcess(10, { userId: mallory, user: 'mallory' })
const worker = sampleProcess(11, { userId: mallory, user: 'mallory' })
const database = sampleProcess(20, { unit: 'postgresql.service' })
const helper = sampleProcess(21, { unit: 'postgresql.service' })
const client = sampleProcess(30)
const everybody = [own, worker, database, helper, client]
const ties = [tie('own', own, worker), tie('db', worker, database, client), tie('unit', database, helper)]

t.test('whoever connects with a database does not make it his', (t) => {
  const { groups, groupOf, bonds } = group(everybody, ties, [application(10)])
  t.same(Object.fromEntries(groupOf), {
    10: 'mallory',
    11: 'mallory',
    20: 'postgresql',
    21: 'postgresql',
    30: 'postgresql',
  })
  t.match(bonds, [{ group: 'mallory', other: 'postgresql' }], 'but they stay in one machine')
  t.equal(bonds.length, 1)
  t.match(groups, [{ name: 'mallory', declaredIn: '/d/mallory.json' }, { name: 'postgresql' }])
  t.end()
})

t.test('an admin’s group reaches through a tie that an application’s met first', (t) => {
  const shop = admin('match: { pids: [20] }\n')
  const { groupOf, bonds } = group(everybody, ties, [shop, application(10)])
  t.same(Object.fromEntries(groupOf), { 10: 'mallory', 11: 'mallory', 20: 'shop', 21: 'shop', 30: 'shop' })
  t.match(bonds, [{ group: 'mallory', other: 'shop' }])
  const first = group([own, database, client], [tie('db', own, database, client)], [shop, application(10)])
  t.same(Object.fromEntries(first.groupOf), { 10: 'mallory', 20: 'shop', 30: 'shop' })
  t.end()
})

t.test('an application in an admin’s group has none of its own', (t) => {
  const shop = admin('match: { pids: [10] }\n')
  const { groups, bonds, problems } = group([own, worker], [tie('own', own, worker)], [shop, application(10)])
  t.match(groups, [{ name: 'shop', processes: [{ pid: 10 }, { pid: 11 }] }])
  t.equal(groups.length, 1)
  t.same([bonds, problems], [[], []])
  t.end()
})

t.test('no ties give a declared group of a user a process of another, and none is lost', (t) => {
  const processes = Array.from({ length: 12 }, (_, index) =>
    sampleProcess(index + 2, index % 3 === 0 ? { userId: mallory, user: 'mallory' } : {}),
  )
  const anyTies = fc.array(
    fc
      .uniqueArray(fc.constantFrom(...processes), { minLength: 2, maxLength: 5 })
      .map((holders) => tie(holders.map(({ id }) => id?.pid).join(' '), ...holders)),
    { maxLength: 15 },
  )
  const shop = admin('match: { pids: [3, 4] }\n')
  fc.assert(
    fc.property(anyTies, fc.boolean(), (given, hasAdmin) => {
      const declarations = [...(hasAdmin ? [shop] : []), application(2, { pids: [5] })]
      const { groupOf, groups, bonds } = group(processes, given, declarations)
      const listed = groups.flatMap((one) => one.processes.map(({ pid }) => pid)).sort((a, b) => a - b)
      const union = createUnion()
      const names = [...new Set(groupOf.values())]
      const at = (name: string | undefined) => names.indexOf(name ?? '')
      for (const bond of bonds) union.join(at(bond.group), at(bond.other))
      return (
        t.same(
          listed,
          processes.map(({ id }) => id?.pid),
        ) &&
        processes.every(({ id, userId }) => userId === mallory || groupOf.get(id?.pid ?? 0) !== 'mallory') &&
        given.every(
          ({ holders }) =>
            new Set(holders.map(({ id }) => union.find(at(groupOf.get(id?.pid ?? 0))))).size === 1,
        )
      )
    }),
  )
  t.end()
})
