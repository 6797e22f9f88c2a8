import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { createGate } from '../../../proxy/route/gate.ts'
import { judge } from '../../../proxy/route/judge.ts'
import { pick } from '../../../proxy/route/pick.ts'
import { createRejoining } from '../../../proxy/tcp/rejoining.ts'

const candidate = fc.record({
  weight: fc.nat(3),
  connections: fc.nat(5),
  up: fc.boolean(),
})

t.test('the backend with the least for its weight, of those that are up', (t) => {
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 5 }), fc.nat(100), (backends, turn) => {
      const found = pick(backends, { turn })
      const weighty = backends.filter(({ weight }) => weight > 0)
      if (found === undefined) return weighty.length === 0
      const up = weighty.filter(({ up }) => up)
      const wanted = up.length > 0 ? up : weighty
      const load = ({ connections, weight }: typeof found) => (connections + 1) / weight
      return wanted.includes(found) && wanted.every((other) => load(other) >= load(found))
    }),
  )
  t.pass('for all')
  t.end()
})

t.test('equals take turns, weights share, and what was tried is left out', (t) => {
  const backends = ['a', 'b', 'c'].map((name) => ({ name, weight: 1, connections: 0, up: true }))
  t.same(
    [0, 1, 2, 3].map((turn) => pick(backends, { turn })?.name),
    ['a', 'b', 'c', 'a'],
  )
  const [a, b, c] = backends as [(typeof backends)[0], (typeof backends)[0], (typeof backends)[0]]
  t.equal(pick(backends, { turn: 0, tried: new Set([a, b]) }), c)
  t.equal(pick(backends, { turn: 0, tried: new Set(backends) }), undefined)
  a.weight = 3
  for (let turn = 0; turn < 50; turn++) (pick(backends, { turn }) as typeof a).connections++
  t.same(
    [a, b, c].map(({ connections }) => connections),
    [30, 10, 10],
  )
  t.end()
})

t.test('so many looks in a row change what is thought of a backend', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 30 }),
      fc.integer({ min: 1, max: 4 }),
      (looks, threshold) => {
        let verdict = { up: true, differing: 0 }
        for (const [index, isWell] of looks.entries()) {
          const before = verdict.up
          verdict = judge(verdict, isWell, threshold)
          const last = looks.slice(Math.max(0, index + 1 - threshold), index + 1)
          const must = last.length === threshold && last.every((look) => look !== before)
          if (must !== (verdict.up !== before)) return false
        }
        return true
      },
    ),
  )
  t.pass('for all')
  t.end()
})

t.test('a gate', async (t) => {
  const limits = { waiting: 3, bytes: 1, milliseconds: 60_000 }
  const gate = createGate(() => limits)
  const told: string[] = []
  const waiter = (name: string) => ({
    go: () => void told.push(name),
    refuse: (reason: string) => void told.push(`${name} ${reason}`),
  })
  gate.hold()
  gate.wait(waiter('a'))
  const leave = gate.wait(waiter('b'))
  gate.wait(waiter('c'))
  gate.wait(waiter('d'))
  t.equal(gate.waiting, 3)
  leave()
  gate.release()
  gate.hold()
  await delay(5)
  t.same(told, ['d full'], 'held again before it let anybody go')
  gate.release()
  await delay(5)
  t.same(told, ['d full', 'a', 'c'], 'in order, without the one that left')
  gate.hold()
  limits.milliseconds = 1
  gate.wait(waiter('e'))
  await delay(20)
  t.same(told.at(-1), 'e late')
  t.equal(gate.waiting, 0)
})

t.test('of those that waited the next one goes when one before has arrived', async (t) => {
  const gate = createGate(() => ({ waiting: 1000, bytes: 1, milliseconds: 60_000 }))
  const under: (() => void)[] = []
  const names: number[] = []
  gate.hold()
  for (let name = 0; name < 200; name++)
    gate.wait({
      go: (arrived) => {
        names.push(name)
        under.push(arrived)
      },
      refuse: () => t.fail('it has time'),
    })
  gate.release()
  await delay(5)
  const atOnce = under.length
  t.ok(atOnce > 1 && atOnce < 200)
  under[0]?.()
  under[0]?.()
  await delay(5)
  t.equal(under.length, atOnce + 1, 'each arrives once')
  while (gate.waiting > 0) {
    for (const arrived of under) arrived()
    await delay(1)
  }
  t.same(
    names,
    Array.from({ length: 200 }, (_, name) => name),
  )
})

t.test('a connection is joined again as long as backends say something', (t) => {
  const rejoining = createRejoining()
  t.equal(rejoining.next(0), 0)
  t.ok(rejoining.next(0) > 0)
  t.equal(rejoining.next(7), 0, 'it spoke')
  const delays = Array.from({ length: 20 }, () => rejoining.next(7))
  t.equal(delays.at(-1), -1)
  t.end()
})
