/** What `cleave routes push` does without a machine: routes that are held, that are gone, and publishers that are. Machines are in e2e. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Hypervisor } from '../../../sdk/hypervisor/hypervisor.ts'
import type { Ports } from '../../../sdk/machine/ports.ts'
import { pushRoutes } from '../../../sdk/routes/push.ts'
import { viewRoutes } from '../../../sdk/routes/view.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { shortFolder } from '../hypervisor/qemu/short-folder.ts'
import { machineRecord } from '../store/machine-record.ts'
import { type RouteServer, routeServer } from './support/route-server.ts'

const backends = [{ address: '10.77.0.80', port: 80, machine: 'front' }]

async function ground(t: Test) {
  const home = shortFolder(t)
  const store = openStore({ path: join(home, 'store.db') })
  t.teardown(() => store.close())
  const [one, two] = [await routeServer(t), await routeServer(t)]
  const write = (routes: string) =>
    writeFileSync(
      join(home, 'routes.yaml'),
      `publishers:
  one: { kind: cleave, address: ${one.address} }
  two: { kind: cleave, address: ${two.address} }
routes: [${routes}]
`,
    )
  const hypervisor = { status: async () => 'running' } as Partial<Hypervisor> as Hypervisor
  const settings = { home, bridge: 'cleave0', bridgeAddress: '10.77.0.1/24' }
  const ports: Ports = { store, settings, hypervisor }
  return { ports, store, one, two, write }
}

const route = (publishers: string) =>
  `{ group: shop, endpoint: http, publishers: [${publishers}], naming: { names: [shop.example.org] } }`

const leadsTo = ({ routes }: RouteServer) => routes.get('shop.http')?.backends.map(({ machine }) => machine)

t.test('a machine that can not be asked keeps what leads to it', async (t) => {
  const { ports, store, one, two, write } = await ground(t)
  write(route('one, two'))
  store.machines.insert(machineRecord({ name: 'front', state: 'running' }))
  const lock = store.locks.lockMachine('front', 'flatten')
  t.teardown(() => lock.release())
  store.routes.note('shop.http', {
    backends: [...backends, { address: '10.77.0.9', port: 80, machine: 'gone' }],
  })
  // Its agent's socket is not there.
  const report = await pushRoutes(ports)
  t.match(report.unknown, [{ machine: 'front' }])
  t.match(report.pushed, [{ route: 'shop.http', backends }])
  t.equal(report.pushed[0]?.backends.length, 1, 'that of a machine that is gone is gone')
  t.same([leadsTo(one), leadsTo(two)], [['front'], ['front']])
  t.match(await viewRoutes(ports), [{ publishers: [{ state: 'leads' }, { state: 'leads' }] }])
})

t.test('a route is deleted where the file has it no more', async (t) => {
  const { ports, one, two, write, store } = await ground(t)
  write(route('one, two'))
  await pushRoutes(ports)
  t.same([leadsTo(one), leadsTo(two)], [[], []])
  write(route('one'))
  t.match((await pushRoutes(ports)).deleted, [{ route: 'shop.http', publisher: 'two' }])
  t.same([leadsTo(one), leadsTo(two)], [[], undefined])
  write('')
  t.match((await pushRoutes(ports)).deleted, [{ route: 'shop.http', publisher: 'one' }])
  t.equal(leadsTo(one), undefined)
  t.same((await pushRoutes(ports)).deleted, [], 'once')
  const number = store.routes.find('shop.http')?.number ?? 0
  write(route('one'))
  await pushRoutes(ports)
  t.same(leadsTo(one), [], 'it may come again')
  t.ok((store.routes.find('shop.http')?.number ?? 0) > number)
})

t.test('what an operation holds is left to it, and freed when that has ended', async (t) => {
  const { ports, store, one, write } = await ground(t)
  write(route('one'))
  store.routes.note('shop.http', { backends, heldBy: 'split-1' })
  store.operations.begin({ id: 'split-1', kind: 'split', machine: 'front', plan: {} })
  t.match((await pushRoutes(ports)).pushed, [{ heldBy: 'split-1' }])
  t.equal(leadsTo(one), undefined)
  store.operations.finish('split-1', { state: 'done' })
  t.notMatch((await pushRoutes(ports)).pushed, [{ heldBy: 'split-1' }])
  t.same(leadsTo(one), [])
  t.equal(store.routes.find('shop.http')?.heldBy, undefined)
})

t.test('a publisher that is away does not keep the others from being told', async (t) => {
  const { ports, one, two, write } = await ground(t)
  write(route('one, two'))
  await one.stop()
  const report = await pushRoutes(ports)
  t.match(report.failures, [{ route: 'shop.http', publisher: 'one', error: { code: 'NO_ANSWER' } }])
  t.same(leadsTo(two), [])
})
