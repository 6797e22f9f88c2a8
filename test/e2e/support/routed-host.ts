/** A machine with two groups whose clients come through HAProxy, through Cleave's proxy, and by names of Cleave's DNS server. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Machine } from '../../../sdk/machine/machine.ts'
import { freePort } from '../../proto/routing/free-port.ts'
import { startCleaveDns, startCleaveProxy } from '../../sdk/routes/support/cleave-servers.ts'
import { startHaproxy } from '../../sdk/routes/support/haproxy.ts'
import { type Clients, startClients } from '../../sdk/routes/support/http-clients.ts'
import { type GuestShell, writing } from './guest-shell.ts'
import { openTestHost, type TestHost } from './host.ts'

export const shopAddress = '10.77.0.80'
export const webPort = 8080

// A group that starts again takes tens of seconds where processors are emulated and others are busy.
const holdSeconds = 120

const webUnit = `[Service]
ExecStart=/usr/bin/python3 -m http.server ${webPort} --protocol HTTP/1.1 --directory /usr/share/common-licenses
[Install]
WantedBy=multi-user.target
`
const webGroup = `match: { units: [web.service] }
stateless: true
endpoints: [{ name: http, protocol: tcp, port: ${webPort} }]
`

/** A group without a service address, which several machines may have. */
async function startWeb({ run }: GuestShell): Promise<void> {
  await run(writing('/etc/systemd/system/web.service', webUnit))
  await run(writing('/etc/cleave/groups.d/web.yaml', webGroup))
  await run('systemctl daemon-reload && systemctl enable --now web.service')
}

export interface RoutedHost extends AsyncDisposable {
  host: TestHost
  /** With the groups shop, which has a service address, and web, which has none. */
  whole: Machine
  /** The address of a machine, without prefix length. */
  addressOf(machine: string): string
  /** Every client gets answers, and none has failed so far; names and publishers lead to where the routes do, by group. */
  allIsWell(t: Test, expected: Record<string, string[]>): Promise<void>
  /** Where all is while one machine has both groups. */
  inOne(machine: string): Record<string, string[]>
}

export async function openRoutedHost(t: Test): Promise<RoutedHost> {
  await using resources = new AsyncDisposableStack()
  const host = resources.use(await openTestHost())
  const whole = await host.startMachine('whole')
  await startWeb(await host.shell('whole'))
  const haproxy = await startHaproxy(t, { holdSeconds })
  const proxy = { socket: await startCleaveProxy(t), shop: await freePort(), web: await freePort() }
  const names = await startCleaveDns(t)
  await writeFile(
    join(host.home, 'routes.yaml'),
    `publishers:
  edge: { kind: haproxy, socket: ${haproxy.socket}, map: ${haproxy.map} }
  proxy: { kind: cleave, address: ${proxy.socket} }
  names: { kind: cleave, address: ${names.socket} }
routes:
  - group: shop
    endpoint: http
    publishers: [edge, proxy, names]
    ready: { path: / }
    haproxy: { backend: shop }
    proxying: { listen: '127.0.0.1:${proxy.shop}', protocol: http, holdLimits: { milliseconds: ${holdSeconds * 1000} } }
    naming: { names: [shop.example.org] }
  - group: web
    endpoint: http
    publishers: [edge, proxy, names]
    haproxy: { backend: web }
    proxying: { listen: '127.0.0.1:${proxy.web}', protocol: http, holdLimits: { milliseconds: ${holdSeconds * 1000} } }
    naming: { names: [web.example.org] }
`,
  )
  const states = (await host.cleave.routes.list()).flatMap(({ publishers }) =>
    publishers.map(({ state }) => state),
  )
  t.same(new Set(states), new Set(['missing']), 'nobody was told of anything yet')
  t.same((await host.cleave.routes.push()).failures, [])

  const pace = { connections: 4, pauseMs: 40 }
  const clients = {
    'shop by HAProxy': resources.use(startClients({ ...pace, port: haproxy.httpPort })),
    'web by HAProxy': resources.use(startClients({ ...pace, port: haproxy.webPort, path: '/BSD' })),
    'shop by proxy': resources.use(startClients({ ...pace, port: proxy.shop })),
    'web by proxy': resources.use(startClients({ ...pace, port: proxy.web, path: '/BSD' })),
  }
  const addressOf = (machine: string) =>
    host.cleave.machines.get(machine).record().address.split('/')[0] ?? ''
  const namesLead = async (t: Test) => {
    for (const { definition, backends } of await host.cleave.routes.list()) {
      const [name = ''] = definition.naming?.names ?? []
      const addresses = await names.resolver.resolve4(name)
      t.same(addresses.sort(), backends.map(({ address }) => address).sort(), name)
    }
  }
  const owned = resources.move()
  return {
    host,
    whole,
    addressOf,
    inOne: (machine) => ({
      shop: [`${machine} ${shopAddress}:80`],
      web: [`${machine} ${addressOf(machine)}:${webPort}`],
    }),
    allIsWell: async (t, expected) => {
      await goOn(t, clients)
      await leadsTo(t, host, expected)
      await namesLead(t)
      noneFailed(t, clients)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function noneFailed(t: Test, clients: Record<string, Clients>): void {
  for (const [name, one] of Object.entries(clients)) {
    const { requests, failures, longestMs } = one.report()
    t.comment(`${name}: ${requests} requests, the longest ${Math.round(longestMs)} ms`)
    t.same(failures.slice(0, 3), [], name)
    t.equal(failures.length, 0, name)
  }
}

/** Every client gets answers, again. */
async function goOn(t: Test, clients: Record<string, Clients>): Promise<void> {
  for (const [name, client] of Object.entries(clients)) {
    const count = () => [...client.report().answers.values()].reduce((total, one) => total + one, 0)
    const before = count()
    const deadline = performance.now() + 30_000
    while (count() < before + 20 && performance.now() < deadline) await delay(50)
    t.ok(count() >= before + 20, `${name} is answered`)
  }
}

/** What the store says, and whether HAProxy does the same. */
async function leadsTo(t: Test, host: TestHost, expected: Record<string, string[]>): Promise<void> {
  const routes = await host.cleave.routes.list()
  for (const { definition, backends, publishers, heldBy } of routes) {
    const places = backends.map(({ machine, address, port }) => `${machine} ${address}:${port}`)
    t.same(places.sort(), expected[definition.group], definition.group)
    t.same(
      publishers.map(({ state }) => state),
      ['leads', 'leads', 'leads'],
      definition.group,
    )
    t.equal(heldBy, undefined)
  }
}
