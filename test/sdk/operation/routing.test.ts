/** Routes of an operation: in which order they are held, led and released, and what becomes of a publisher that is lost. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Hypervisor } from '../../../sdk/hypervisor/hypervisor.ts'
import type { Ports } from '../../../sdk/machine/ports.ts'
import {
  finishRoutes,
  holdRoutes,
  leadRoutes,
  putRoutes,
  withRoutes,
} from '../../../sdk/operation/route-steps.ts'
import { routesFor } from '../../../sdk/operation/routes-for.ts'
import { commitRoutes, openRouting } from '../../../sdk/operation/routing.ts'
import type { PlannedRoute } from '../../../sdk/planning/routes.ts'
import { viewRoutes } from '../../../sdk/routes/view.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { shortFolder } from '../hypervisor/qemu/short-folder.ts'
import { definitionOf } from '../routes/support/definition.ts'
import { routeServer } from '../routes/support/route-server.ts'

const naming = { names: ['shop.example.org'], ttlSeconds: 2, service: '' }
const definition = definitionOf({ publishers: ['one', 'two'], naming })
const at = (machine: string, host: number) => ({ address: `10.77.0.${host}`, port: 80, machine })
const planned: PlannedRoute[] = [
  { definition, before: [at('whole', 2)], after: [at('front', 3)], drainMilliseconds: 0, restarts: false },
]

async function ground(t: Test) {
  const home = shortFolder(t)
  const store = openStore({ path: join(home, 'store.db') })
  t.teardown(() => store.close())
  const servers = [await routeServer(t), await routeServer(t)] as const
  const publisher = (name: string, index: 0 | 1) =>
    `  ${name}: { kind: cleave, address: ${servers[index].address} }\n`
  const text = `publishers:
${publisher('one', 0)}${publisher('two', 1)}routes:
  - { group: shop, endpoint: http, publishers: [one, two], naming: { names: [shop.example.org] } }
`
  writeFileSync(join(home, 'routes.yaml'), text)
  const settings = { home, bridge: 'cleave0', bridgeAddress: '10.77.0.1/24' }
  const ports: Ports = { store, settings, hypervisor: {} as Hypervisor }
  const open = () => {
    const routing = openRouting(ports, { operation: 'split-1', planned })
    t.teardown(() => routing[Symbol.asyncDispose]())
    return routing
  }
  const seen = () =>
    servers.map(({ routes }) => {
      const route = routes.get(definition.name)
      return route && [route.held, ...route.backends.map(({ machine }) => machine)]
    })
  return { ports, store, servers, open, seen }
}

t.test('held where groups are, led and released where they are then', async (t) => {
  const { ports, store, open, seen } = await ground(t)
  const routing = open()
  await routing.put()
  t.same(seen(), [
    [false, 'whole'],
    [false, 'whole'],
  ])
  t.match(store.routes.find(definition.name), { heldBy: 'split-1' })
  await routing.hold()
  t.same(seen(), [
    [true, 'whole'],
    [true, 'whole'],
  ])
  t.match(await viewRoutes(ports), [
    { heldBy: 'split-1', publishers: [{ state: 'held' }, { state: 'held' }] },
  ])
  store.atomically(() => commitRoutes(store, planned))
  await routing.lead()
  t.same(seen(), [
    [false, 'front'],
    [false, 'front'],
  ])
  t.match(await viewRoutes(ports), [
    {
      heldBy: undefined,
      backends: [{ machine: 'front' }],
      publishers: [{ state: 'leads' }, { state: 'leads' }],
    },
  ])
  await routing.finish()
})

t.test('taken back, clients go on where groups are', async (t) => {
  const { store, open, seen } = await ground(t)
  const routing = open()
  await routing.put()
  await routing.hold()
  await routing.goBack()
  t.same(seen(), [
    [false, 'whole'],
    [false, 'whole'],
  ])
  t.match(store.routes.find(definition.name), { backends: [{ machine: 'whole' }], heldBy: undefined })
})

t.test('another process releases what one that was killed has held', async (t) => {
  const { open, seen } = await ground(t)
  const killed = open()
  await killed.put()
  await killed.hold()
  await open().goBack()
  t.same(seen(), [
    [false, 'whole'],
    [false, 'whole'],
  ])
  await open().lead()
  t.same(seen(), [
    [false, 'front'],
    [false, 'front'],
  ])
})

t.test('a publisher that is lost after the commit is told when it is back', async (t) => {
  const { ports, servers, open, seen } = await ground(t)
  const routing = open()
  await routing.put()
  await routing.hold()
  await servers[1].stop()
  await routing.lead()
  t.same(seen()[0], [false, 'front'], 'the other one leads already')
  await t.rejects(routing.finish(), { code: 'ROUTES_NOT_PUBLISHED', message: /shop.http at two/ })
  t.match(await viewRoutes(ports), [{ publishers: [{ state: 'leads' }, { state: 'unreachable' }] }])
  const again = await routeServer(t, {}, servers[1].address)
  await open().finish()
  t.same(
    again.routes.get(definition.name)?.backends.map(({ machine }) => machine),
    ['front'],
  )
})

t.test(
  'one that is lost while it holds nothing does not keep an operation from being taken back',
  async (t) => {
    const { servers, open } = await ground(t)
    await servers[1].stop()
    const routing = open()
    await t.rejects(routing.put(), { code: 'NO_ANSWER' })
    await routing.goBack()
    const held = open()
    await t.rejects(held.goBack(), { code: 'ROUTES_NOT_PUBLISHED' }, 'of another process it is not known')
  },
)

t.test('who can not be reached refuses the operation, in which nothing is changed', async (t) => {
  const { ports, store, servers } = await ground(t)
  const group = {
    name: 'shop',
    endpoints: [{ name: 'http', protocol: 'tcp', port: 80 }],
    serviceAddresses: [],
  }
  const moving = [{ group, from: { name: 'whole', address: '10.77.0.2/24' }, homes: 1 }]
  t.match(await routesFor(ports, moving), [{ name: 'shop.http' }])
  t.same(await routesFor(ports, [{ ...moving[0], group: { ...group, name: 'mail' } }] as never), [])
  await servers[0].stop()
  await t.rejects(routesFor(ports, moving), { code: 'NO_ANSWER', message: /one/ })
  t.same(store.routes.list(), [])
})

t.test('operations without routes have no steps for them', async (t) => {
  const steps = [putRoutes, holdRoutes, leadRoutes, finishRoutes]
  t.same(withRoutes(steps, []), [])
  t.same(withRoutes(steps), [])
  t.equal(withRoutes(steps, planned).length, 4)
})
