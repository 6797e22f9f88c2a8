import fc from 'fast-check'
import t from 'tap'
import { createZone, zoneOf } from '../../../dns/zone/zone.ts'
import { isWithin } from '../../../proto/dns/name.ts'

const name = fc
  .array(fc.constantFrom('a', 'b', '*'), { maxLength: 3 })
  .map((labels) => [...labels, 'zone', ''].join('.'))
const set = { name: 'a.zone.', type: 1, ttl: 2, data: [Buffer.of(1, 2, 3, 4)] }
const anyChange = fc.record({ name, sets: fc.constantFrom(undefined, [], [set]) })

t.test('a name exists when it, or one below it, was put there', (t) => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 30 }), (changes) => {
      const zone = createZone('zone.')
      const model = new Map<string, unknown>()
      for (const change of changes) {
        zone.replace(change)
        if (change.sets === undefined) model.delete(change.name)
        else model.set(change.name, change.sets)
        for (const asked of changes.map(({ name }) => name)) {
          const exists = [...model.keys()].some((there) => isWithin(there, asked))
          if (zone.exists(asked) !== exists || (zone.node(asked) !== undefined) !== model.has(asked))
            return false
        }
      }
      return true
    }),
  )
  t.pass('for all changes')
  t.end()
})

t.test('the nearest zone', (t) => {
  const zones = new Map(
    ['zone.', 'a.zone.', '10.in-addr.arpa.'].map((origin) => [origin, createZone(origin)]),
  )
  t.equal(zoneOf(zones, 'X.A.zone.')?.origin, 'a.zone.')
  t.equal(zoneOf(zones, 'b.zone.')?.origin, 'zone.')
  t.equal(zoneOf(zones, 'azone.'), undefined)
  t.equal(zoneOf(zones, '.'), undefined)
  t.end()
})
