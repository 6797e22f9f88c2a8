/** A machine with two groups whose clients may come through HAProxy, through Cleave's proxy, and by names of Cleave's DNS server. */
import type { Resolver } from 'node:dns/promises'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Machine } from '../../../sdk/machine/machine.ts'
import { freePort } from '../../proto/routing/free-port.ts'
import { startCleaveDns, startCleaveProxy } from '../../sdk/routes/support/cleave-servers.ts'
import { startHaproxy } from '../../sdk/routes/support/haproxy.ts'
import { type GuestShell, writing } from './guest-shell.ts'
import { openTestHost, type TestHost } from './host.ts'

export const shopAddress = '10.77.0.80'
export const webPort = 8080

// A group that starts again takes tens of seconds where processors are emulated and others are busy.
const holdSeconds = 120

// A second server of the program that the shop has, with files of its own.
const webFile = `pid /run/web.pid;
error_log stderr;
events { worker_connections 1024; }
http {
  access_log off;
  server {
    listen ${webPort};
    root /usr/share/common-licenses;
  }
}
`
const webUnit = `[Service]
ExecStart=/usr/sbin/nginx -c /etc/nginx/web.conf -g 'daemon off;'
[Install]
WantedBy=multi-user.target
`
const webGroup = `match: { units: [web.service] }
stateless: true
endpoints: [{ name: http, protocol: tcp, port: ${webPort} }]
`

/** A group without a service address, which several machines may have. */
async function startWeb({ run }: GuestShell): Promise<void> {
  await run(writing('/etc/nginx/web.conf', webFile))
  await run(writing('/etc/systemd/system/web.service', webUnit))
  await run(writing('/etc/cleave/groups.d/web.yaml', webGroup))
  await run('systemctl daemon-reload && systemctl enable --now web.service')
}

export interface RoutedHost extends AsyncDisposable {
  host: TestHost
  /** With the groups shop, which has a service address, and web, which has none. */
  whole: Machine
  /** Ports of 127.0.0.1. */
  haproxy: Record<'shop' | 'web', number>
  proxy: Record<'shop' | 'web', number>
  /** Asks Cleave's DNS server, which knows shop.example.org and web.example.org. */
  resolver: Resolver
  /** The address of a machine, without prefix length. */
  addressOf(machine: string): string
  /** Names and publishers lead to where the routes do, by group. */
  leadsTo(t: Test, expected: Record<string, string[]>): Promise<void>
  /** Where all is while one machine has both groups. */
  inOne(machine: string): Record<string, string[]>
}

export async function openRoutedHost(t: Test): Promise<RoutedHost> {
  await using resources = new AsyncDisposableStack()
  const host = resources.use(await openTestHost())
  const whole = await host.startMachine('whole')
  const shell = await host.shell('whole')
  await startWeb(shell)
  // Each child makes keys of the types that there are; these take long to make where processors are emulated.
  await shell.run('rm -f /etc/ssh/ssh_host_rsa_key* /etc/ssh/ssh_host_ecdsa_key*')
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
    haproxy: { shop: haproxy.httpPort, web: haproxy.webPort },
    proxy: { shop: proxy.shop, web: proxy.web },
    resolver: names.resolver,
    addressOf,
    inOne: (machine) => ({
      shop: [`${machine} ${shopAddress}:80`],
      web: [`${machine} ${addressOf(machine)}:${webPort}`],
    }),
    leadsTo: async (t, expected) => {
      await publishersLead(t, host, expected)
      await namesLead(t)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What the store says, and whether every publisher does the same. */
async function publishersLead(t: Test, host: TestHost, expected: Record<string, string[]>): Promise<void> {
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
