/** Where routes lead before and after groups move. */
import fc from 'fast-check'
import t from 'tap'
import { planRoutes, type RouteMove, type RoutePlace } from '../../../sdk/planning/routes.ts'
import type { RouteBackend } from '../../../sdk/routes/definition.ts'
import { definitionOf } from '../routes/support/definition.ts'

const http = { name: 'http', protocol: 'tcp', port: 80 }
const place = (name: string, host: number): RoutePlace => ({ name, address: `10.77.0.${host}/24` })
const shop = { name: 'shop', endpoints: [http], serviceAddresses: ['10.77.0.80/24'] }
const web = { name: 'web', endpoints: [http], serviceAddresses: [] }
const [whole, front, back] = [place('whole', 2), place('front', 3), place('back', 4)] as const

function plan(
  moves: readonly RouteMove[],
  given: {
    known?: RouteBackend[]
    keepsConnections?: boolean
    definition?: ReturnType<typeof definitionOf>
  } = {},
) {
  const { known = [], keepsConnections = true, definition = definitionOf({ group: 'web' }) } = given
  return planRoutes({
    definitions: [definition],
    known: new Map([[definition.name, known]]),
    moves,
    keepsConnections,
  })
}

t.test('the address of the machine, and a service address that moves', async (t) => {
  const [own] = plan([{ group: web, from: whole, to: [back] }])
  t.same(own?.before, [{ address: '10.77.0.2', port: 80, machine: 'whole' }])
  t.same(own?.after, [{ address: '10.77.0.4', port: 80, machine: 'back' }])
  t.equal(own?.drainMilliseconds, 2000, 'connections to the old address end')
  const move = { group: shop, from: whole, to: [front] }
  const [service] = plan([move], { definition: definitionOf() })
  t.same(service?.after, [{ address: '10.77.0.80', port: 80, machine: 'front' }])
  t.equal(service?.drainMilliseconds, 0, 'connections live on')
  const [restarted] = plan([move], { definition: definitionOf(), keepsConnections: false })
  t.equal(restarted?.drainMilliseconds, 2000)
  const [machine] = plan([move], { definition: definitionOf({ to: 'machine' }) })
  t.same(machine?.after, [{ address: '10.77.0.3', port: 80, machine: 'front' }])
})

t.test('a replicated group is a backend for each, and one that ends is none', async (t) => {
  const [split] = plan([{ group: web, from: whole, to: [front, back] }])
  t.same(
    split?.after.map(({ machine }) => machine),
    ['front', 'back'],
  )
  const [merged] = plan([
    { group: web, from: back, to: [] },
    { group: web, from: front, to: [front] },
  ])
  t.same(merged?.before.map(({ machine }) => machine).sort(), ['back', 'front'])
  t.same(
    merged?.after.map(({ machine }) => machine),
    ['front'],
  )
})

t.test('with user networking the forward of a machine is its place', async (t) => {
  const forwards = [{ hostPort: 8080, guestAddress: '10.77.0.80', guestPort: 80 }]
  const led = { ...front, userNetwork: { forwards } }
  const definition = definitionOf()
  const [route] = plan([{ group: shop, from: led, to: [led] }], { definition })
  t.same(route?.after, [{ address: '127.0.0.1', port: 8080, machine: 'front' }])
  const cut = { ...front, userNetwork: { forwards: [] } }
  t.throws(() => plan([{ group: shop, from: led, to: [cut] }], { definition }), { code: 'ROUTE_UNREACHABLE' })
})

t.test('addresses of IPv6 are written in one way', async (t) => {
  const group = { ...shop, serviceAddresses: ['FD00:0:0::0080/64'] }
  const [route] = plan([{ group, from: whole, to: [front] }], { definition: definitionOf() })
  t.same(route?.after, [{ address: 'fd00::80', port: 80, machine: 'front' }])
})

t.test('what does not fit is refused, with what there is', async (t) => {
  const move = { group: web, from: whole, to: [back] }
  t.throws(() => plan([move], { definition: definitionOf({ group: 'web', endpoint: 'https' }) }), {
    code: 'ROUTE_ENDPOINT_UNKNOWN',
    remedy: /http/,
  })
  t.throws(() => plan([move], { definition: definitionOf({ group: 'web', to: 'service-address' }) }), {
    code: 'ROUTE_WITHOUT_ADDRESS',
  })
  const udp = { ...web, endpoints: [{ ...http, protocol: 'udp' }] }
  const proxying = { listen: '127.0.0.1:80', protocol: 'TCP' } as never
  t.throws(() => plan([{ ...move, group: udp }], { definition: definitionOf({ group: 'web', proxying }) }), {
    code: 'ROUTE_PROTOCOL_DIFFERS',
  })
})

t.test(
  'whatever moves: who has no part in it keeps its place, and nobody who moves away is left',
  async (t) => {
    const hosts = fc.uniqueArray(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(hosts, fc.nat(), fc.nat(), (numbers, sources, targets) => {
        const places = numbers.map((number) => place(`vm-${number}`, number))
        const from = places.slice(0, 1 + (sources % places.length))
        const to = places.slice(targets % places.length)
        const known = places.map(({ name, address }) => ({
          address: address.split('/')[0] ?? '',
          port: 80,
          machine: name,
        }))
        const [route] = plan(
          from.map((one) => ({ group: web, from: one, to })),
          { known },
        )
        const involved = new Set([...from, ...to].map(({ name }) => name))
        const after = new Set(route?.after.map(({ machine }) => machine))
        for (const { name } of places) {
          const isThere = to.some((one) => one.name === name) || !involved.has(name)
          t.equal(after.has(name), isThere, name)
        }
        t.equal(after.size, route?.after.length, 'each once')
      }),
    )
  },
)
