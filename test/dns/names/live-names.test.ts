import fc from 'fast-check'
import t from 'tap'
import { createLiveNames } from '../../../dns/names/live-names.ts'
import { liveNodes, namesOutside, reverseName } from '../../../dns/names/live-records.ts'
import { recordsOf } from '../../../dns/zone/records.ts'
import type { Backend, Route } from '../../../proto/generated/route-messages.ts'
import { backend, route } from '../../proto/routing/sample-routes.ts'
import { textOf } from '../support/messages.ts'

const origins = new Set(['example.org.', '10.in-addr.arpa.', 'd.f.ip6.arpa.'])
const at = (address: string, more: Partial<Backend> = {}) => backend(80, { address, ...more })
const naming = {
  names: ['shop.example.org', 'www.example.org'],
  ttlSeconds: 0,
  service: '_http._tcp.example.org',
}
const records = (route: Route) =>
  Object.fromEntries(
    liveNodes(route, origins).map(({ name, sets }) => [
      name,
      sets.flatMap((set) => recordsOf(set)).map((one) => textOf(one).replace(`${name} `, '')),
    ]),
  )

t.test('what a route says of names', async (t) => {
  const backends = [
    at('10.0.0.1'),
    at('fd00::1', { port: 81, weight: 3 }),
    at('10.0.0.9', { weight: 0 }),
    at('10.0.0.1', { port: 82 }),
  ]
  const addresses = ['2 A 10.0.0.1', '2 AAAA fd00::1']
  t.same(records(route('shop', { naming, backends })), {
    'shop.example.org.': addresses,
    'www.example.org.': addresses,
    '_http._tcp.example.org.': [
      '2 SRV 0 1 80 shop.example.org.',
      '2 SRV 0 3 81 shop.example.org.',
      '2 SRV 0 1 82 shop.example.org.',
    ],
    '1.0.0.10.in-addr.arpa.': ['2 PTR shop.example.org.'],
    [reverseName('fd00::1')]: ['2 PTR shop.example.org.'],
  })
  t.same(
    records(
      route('shop', { naming: { ...naming, service: '', ttlSeconds: 5 }, backends: [at('127.0.0.1')] }),
    ),
    {
      'shop.example.org.': ['5 A 127.0.0.1'],
      'www.example.org.': ['5 A 127.0.0.1'],
    },
  )
  t.same(records(route('shop', { backends })), {})
  t.same(
    records(route('shop', { naming })),
    {
      'shop.example.org.': [],
      'www.example.org.': [],
      '_http._tcp.example.org.': [],
    },
    'its names are there while nobody serves them',
  )
  t.same(namesOutside({ naming: { ...naming, names: ['shop.example.org', 'a.test'] } }, origins), ['a.test.'])
})

const anyRoute = fc.record({
  name: fc.constantFrom('one', 'two', 'three'),
  names: fc.uniqueArray(fc.constantFrom('a.example.org', 'b.example.org'), { maxLength: 2 }),
  ttlSeconds: fc.integer({ min: 0, max: 3 }),
  addresses: fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1'), { maxLength: 3 }),
  deleted: fc.boolean(),
})

t.test('one after the other they come to what all of them say', (t) => {
  fc.assert(
    fc.property(fc.array(anyRoute, { maxLength: 8 }), (steps) => {
      const live = createLiveNames(origins)
      const seen = new Map<string, string>()
      const routes = new Map<string, Route>()
      for (const { name, names, ttlSeconds, addresses, deleted } of steps) {
        const made = route(name, {
          naming: { names, ttlSeconds, service: '' },
          backends: addresses.map((address) => at(address)),
        })
        for (const change of [...live.changes(name, deleted ? null : made).values()].flat()) {
          if (change.sets === undefined) seen.delete(change.name)
          else seen.set(change.name, shown(change.sets))
        }
        live.set(name, deleted ? null : made)
        if (deleted) routes.delete(name)
        else routes.set(name, made)
      }
      const all = [...routes.values()].flatMap((one) => liveNodes(one, origins))
      const expected = Map.groupBy(all, ({ name }) => name)
      t.same([...seen.keys()].sort(), [...expected.keys()].sort())
      for (const [name, nodes] of expected) {
        const data = new Set(
          nodes.flatMap(({ sets }) => sets.flatMap(({ data }) => data.map((one) => one.toString('hex')))),
        )
        t.same(
          new Set(
            seen
              .get(name)
              ?.split(' ')
              .filter((word) => word !== ''),
          ),
          data,
        )
      }
    }),
  )
  t.end()
})

function shown(sets: readonly { data: readonly Buffer[] }[]): string {
  return sets.flatMap(({ data }) => data.map((one) => one.toString('hex'))).join(' ')
}
