import fc from 'fast-check'
import t from 'tap'
import { CleaveError } from '../../../proto/errors.ts'
import type { Change } from '../../../proto/routing/change.ts'
import { highestNumber } from '../../../proto/routing/limits.ts'
import { createRouteTable, type RouteTable } from '../../../proto/routing/table.ts'
import { anyChange, backend, proxying, route } from './sample-routes.ts'

/** The code of what it threw, undefined when it was done. */
function attempt(table: RouteTable, change: Change): string | undefined {
  try {
    table.set(table.decide(change).entry)
    return undefined
  } catch (error) {
    if (error instanceof CleaveError) return error.code
    throw error
  }
}

const numbers = (table: RouteTable) => new Map(table.entries().map(({ name, number }) => [name, number]))

t.test('numbers only go up, and a refused change changes nothing', (t) => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 30 }), (changes) => {
      const table = createRouteTable()
      for (const change of changes) {
        const before = structuredClone(table.entries())
        const last = numbers(table).get(change.name) ?? 0
        const code = attempt(table, change)
        const now = numbers(table).get(change.name) ?? 0
        if (code !== undefined && JSON.stringify(table.entries()) !== JSON.stringify(before)) return false
        if (now < last) return false
        if (code === 'CHANGE_LATE' && (change.number === 0 || change.number > last)) return false
        if (code === undefined && change.number !== 0 && now !== change.number) return false
        if (code === undefined && change.number === 0 && now !== last + 1) return false
      }
      return true
    }),
    { numRuns: 500 },
  )
  t.pass('for every order')
  t.end()
})

t.test('a change that is made again is answered as before, and makes nothing new', (t) => {
  fc.assert(
    fc.property(fc.array(anyChange, { minLength: 1, maxLength: 20 }), (changes) => {
      const table = createRouteTable()
      for (const change of changes) {
        if (attempt(table, change) !== undefined) continue
        const number = numbers(table).get(change.name) ?? 0
        const again = { ...change, number } as Change
        const { entry, isNew } = table.decide(again)
        if (isNew || entry.number !== number) return false
      }
      return true
    }),
    { numRuns: 500 },
  )
  t.pass('for every change')
  t.end()
})

t.test(
  'whatever the order in which numbered changes arrive, the one with the highest number that could be made has the last word',
  (t) => {
    const puts = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(puts, (order) => {
        const table = createRouteTable()
        for (const number of order) {
          attempt(table, {
            kind: 'put',
            name: 'shop',
            number,
            route: route('shop', { backends: [backend(number)] }),
          })
        }
        return table.get('shop')?.backends[0]?.port === Math.max(...order)
      }),
    )
    t.pass('for every order')
    t.end()
  },
)

t.test('a late put does not bring a deleted route back', (t) => {
  const table = createRouteTable()
  const put = (number: number): Change => ({ kind: 'put', name: 'shop', number, route: route('shop') })
  t.equal(attempt(table, put(3)), undefined)
  t.equal(attempt(table, { kind: 'delete', name: 'shop', number: 5 }), undefined)
  t.equal(attempt(table, put(4)), 'CHANGE_LATE')
  t.equal(attempt(table, put(5)), 'CHANGE_LATE')
  t.equal(table.get('shop'), undefined)
  t.equal(attempt(table, { kind: 'hold', name: 'shop', number: 6 }), 'ROUTE_NOT_FOUND')
  t.equal(attempt(table, put(0)), undefined)
  t.equal(table.get('shop')?.number, 6)

  t.equal(attempt(table, { kind: 'delete', name: 'mail', number: 2 }), undefined, 'before the put')
  t.equal(attempt(table, { kind: 'put', name: 'mail', number: 1, route: route('mail') }), 'CHANGE_LATE')
  t.equal(attempt(table, { kind: 'delete', name: 'typo', number: 0 }), 'ROUTE_NOT_FOUND')
  t.end()
})

t.test('what is held stays held through put and switch', (t) => {
  const table = createRouteTable()
  const put: Change = { kind: 'put', name: 'shop', number: 0, route: route('shop') }
  attempt(table, put)
  attempt(table, { kind: 'hold', name: 'shop', number: 0 })
  attempt(table, put)
  attempt(table, { kind: 'switch', name: 'shop', number: 0, backends: [backend(8)] })
  t.match(table.get('shop'), { held: true, number: 4, backends: [{ port: 8 }] })
  attempt(table, { kind: 'release', name: 'shop', number: 0 })
  t.match(table.get('shop'), { held: false, number: 5 })
  t.end()
})

t.test('bounds', (t) => {
  const table = createRouteTable({ mostRoutes: 2, mostDeleted: 2 })
  const put = (name: string, number = 0): Change => ({ kind: 'put', name, number, route: route(name) })
  t.same(
    [attempt(table, put('a')), attempt(table, put('b')), attempt(table, put('c'))],
    [undefined, undefined, 'TOO_MANY_ROUTES'],
  )
  attempt(table, { kind: 'delete', name: 'a', number: 0 })
  attempt(table, { kind: 'delete', name: 'b', number: 0 })
  attempt(table, put('d'))
  const last: Change = { kind: 'delete', name: 'd', number: 9 }
  t.same(table.forgottenBy(table.decide(last).entry), ['a'])
  attempt(table, last)
  t.same([...numbers(table).keys()], ['b', 'd'])
  t.equal(attempt(table, put('e', highestNumber)), undefined)
  t.equal(attempt(table, put('e')), 'NUMBERS_EXHAUSTED')

  const proxied = route('f', { proxying: proxying('127.0.0.1:8001'), backends: [backend(1)] })
  attempt(table, { kind: 'put', name: 'f', number: 0, route: proxied })
  t.equal(attempt(table, { kind: 'switch', name: 'f', number: 0, backends: [backend(0)] }), 'BAD_ROUTE')
  t.end()
})
