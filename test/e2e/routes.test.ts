/**
 * Clients of real machines go through HAProxy, through Cleave's proxy, by name, and to a service address, while groups are split off,
 * taken back and merged.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { startShopClient } from '../../packaging/demo/shop-client.ts'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import { openStore } from '../../sdk/store/store.ts'
import { freePort } from '../proto/routing/free-port.ts'
import { startCleaveDns, startCleaveProxy } from '../sdk/routes/support/cleave-servers.ts'
import { startHaproxy } from '../sdk/routes/support/haproxy.ts'
import { type Clients, startClients } from '../sdk/routes/support/http-clients.ts'
import { type GuestShell, writing } from './support/guest-shell.ts'
import { openTestHost, type TestHost } from './support/host.ts'

const shopAddress = '10.77.0.80'
const webPort = 8080

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

const toParts = {
  children: [
    { name: 'front', groups: ['shop', 'witness-a'] },
    { name: 'back', groups: ['web', 'witness-b', 'witness-c'] },
  ],
  rest: 'back',
}

t.test('clients notice nothing while what they talk to moves', { timeout: 580_000 }, async (t) => {
  await using host = await openTestHost()
  const whole = await host.startMachine('whole')
  await startWeb(await host.shell('whole'))
  const haproxy = await startHaproxy(t)
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
    proxying: { listen: '127.0.0.1:${proxy.shop}', protocol: http }
    naming: { names: [shop.example.org] }
  - group: web
    endpoint: http
    publishers: [edge, proxy, names]
    haproxy: { backend: web }
    proxying: { listen: '127.0.0.1:${proxy.web}', protocol: http }
    naming: { names: [web.example.org] }
`,
  )
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: host.cleave.hypervisor, settings: host.cleave.settings }
  const addressOf = (machine: string) =>
    host.cleave.machines.get(machine).record().address.split('/')[0] ?? ''
  const states = (await host.cleave.routes.list()).flatMap(({ publishers }) =>
    publishers.map(({ state }) => state),
  )
  t.same(new Set(states), new Set(['missing']), 'nobody was told of anything yet')
  const { failures } = await host.cleave.routes.push()
  t.same(failures, [])
  await leadsTo(t, host, {
    shop: [`whole ${shopAddress}:80`],
    web: [`whole ${addressOf('whole')}:${webPort}`],
  })

  const pace = { connections: 4, pauseMs: 40 }
  await using shopByHaproxy = startClients({ ...pace, port: haproxy.httpPort })
  await using webByHaproxy = startClients({ ...pace, port: haproxy.webPort, path: '/BSD' })
  await using shopByProxy = startClients({ ...pace, port: proxy.shop })
  await using webByProxy = startClients({ ...pace, port: proxy.web, path: '/BSD' })
  await using owners = watchOwners(host)
  const clients = { shopByHaproxy, webByHaproxy, shopByProxy, webByProxy }
  const noneFailed = async (t: Test) => {
    for (const [name, one] of Object.entries(clients)) {
      const { requests, failures, longestMs } = one.report()
      t.comment(`${name}: ${requests} requests, the longest ${Math.round(longestMs)} ms`)
      t.same(failures.slice(0, 3), [], name)
      t.equal(failures.length, 0, name)
    }
    for (const { definition, backends } of await host.cleave.routes.list()) {
      const [name = ''] = definition.naming?.names ?? []
      t.same(
        (await names.resolver.resolve4(name)).sort(),
        backends.map(({ address }) => address).sort(),
        name,
      )
    }
  }
  await goOn(t, clients)

  await t.test('a split that is taken back', async (t) => {
    const intervene = async (now: string) => {
      if (now === 'adopt') throw new Error('adopt was made to fail')
    }
    const operation = await beginSplit(ports, { machine: 'whole', request: toParts, intervene })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
    await goOn(t, clients)
    await leadsTo(t, host, {
      shop: [`whole ${shopAddress}:80`],
      web: [`whole ${addressOf('whole')}:${webPort}`],
    })
    await noneFailed(t)
  })

  await t.test('a split whose process is killed while clients wait', async (t) => {
    const program = join(import.meta.dirname, 'support', 'killed-split.ts')
    const words = [JSON.stringify(host.cleave.settings), JSON.stringify(toParts), 'fork', 'whole']
    const killed = await execa(process.execPath, [program, ...words], { reject: false, timeout: 60_000 })
    t.equal(killed.signal, 'SIGKILL', killed.stderr)
    await recovered(host)
    await goOn(t, clients)
    await leadsTo(t, host, {
      shop: [`whole ${shopAddress}:80`],
      web: [`whole ${addressOf('whole')}:${webPort}`],
    })
    await noneFailed(t)
  })

  await t.test('a split', async (t) => {
    const direct = await startShopClient(shopAddress, 80)
    await (await whole.split(toParts)).wait()
    await goOn(t, clients)
    await leadsTo(t, host, {
      shop: [`front ${shopAddress}:80`],
      web: [`back ${addressOf('back')}:${webPort}`],
    })
    await noneFailed(t)
    const { connectionKept, failures, requests, longestSilenceMs } = direct.report()
    t.comment(`to the service address: ${requests} requests, the longest silence ${longestSilenceMs} ms`)
    t.equal(failures, 0)
    t.equal(connectionKept, true)
    await direct.stop()
  })

  await t.test('a merge, in which the groups end and start again', async (t) => {
    const operation = await host.cleave.machines.get('back').merge({ sources: ['front'], restart: true })
    await operation.wait()
    await goOn(t, clients)
    await leadsTo(t, host, {
      shop: [`back ${shopAddress}:80`],
      web: [`back ${addressOf('back')}:${webPort}`],
    })
    await noneFailed(t)
  })

  await t.test('a group that is replicated is two backends of its route', async (t) => {
    const children = [
      { name: 'left', groups: ['shop', 'web'] },
      { name: 'right', groups: ['witness-a', 'web'] },
    ]
    const request = { children, rest: 'right', rules: { replicated: ['web'] } }
    await (await host.cleave.machines.get('back').split(request)).wait()
    await goOn(t, clients)
    await leadsTo(t, host, {
      shop: [`left ${shopAddress}:80`],
      web: [`left ${addressOf('left')}:${webPort}`, `right ${addressOf('right')}:${webPort}`],
    })
    await noneFailed(t)
    await (await host.cleave.machines.get('left').merge({ sources: ['right'], restart: true })).wait()
    await goOn(t, clients)
    await leadsTo(t, host, {
      shop: [`left ${shopAddress}:80`],
      web: [`left ${addressOf('left')}:${webPort}`],
    })
    await noneFailed(t)
  })

  await t.test('at no time two machines had the service address', async (t) => {
    const { looks, mostAtOnce, seen } = owners.report()
    t.comment(`${looks} looks, ${seen.size} owners`)
    t.equal(mostAtOnce, 1)
    const machines = host.cleave.machines.list()
    for (const macAddress of seen)
      t.ok(
        machines.some((machine) => machine.macAddress === macAddress),
        macAddress,
      )
  })

  await t.test('without its publisher nothing is begun', async (t) => {
    const lost = `publishers: { edge: { kind: haproxy, socket: /nowhere.sock, map: /hold.map } }
routes: [{ group: shop, endpoint: http, publishers: [edge], haproxy: { backend: shop } }]
`
    await writeFile(join(host.home, 'routes.yaml'), lost)
    const left = host.cleave.machines.get('left')
    const before = host.cleave.operations.list().length
    await t.rejects(left.split({ into: 2 }), { code: 'PUBLISHER_UNREACHABLE', message: /nowhere/ })
    t.equal(host.cleave.operations.list().length, before)
  })
})

/** Asks all the time who has the service address. */
function watchOwners({ cleave }: TestHost) {
  const report = { looks: 0, mostAtOnce: 0, seen: new Set<string>() }
  const machine = cleave.machines.get('whole').record()
  let isOver = false
  const watch = async () => {
    while (!isOver) {
      const owners = await cleave.hypervisor.addressOwners(machine, [shopAddress])
      report.looks += 1
      report.mostAtOnce = Math.max(report.mostAtOnce, owners.length)
      for (const { macAddress } of owners) report.seen.add(macAddress)
    }
  }
  const watching = watch()
  watching.catch(() => {})
  return {
    report: () => report,
    [Symbol.asyncDispose]: async () => {
      isOver = true
      await watching
    },
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

async function recovered(host: TestHost): Promise<void> {
  const deadline = performance.now() + 30_000
  while (host.cleave.operations.list().some(({ state }) => state === 'running')) {
    if (performance.now() > deadline) throw new Error('nobody recovered the operation')
    await delay(50)
  }
}
