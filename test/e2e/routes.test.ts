/**
 * Clients of real machines go through HAProxy, through Cleave's proxy, by name, and to a service address, while groups are split off,
 * taken back and merged.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { startShopClient } from '../../packaging/demo/shop-client.ts'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import type { PlannedLeading } from '../../sdk/planning/leading.ts'
import { openStore } from '../../sdk/store/store.ts'
import { watchOwners } from './support/address-watch.ts'
import type { TestHost } from './support/host.ts'
import { startRoutedClients } from './support/routed-clients.ts'
import { openRoutedHost, shopAddress, webPort } from './support/routed-host.ts'

const toParts = {
  children: [
    { name: 'front', groups: ['shop', 'witness-a'] },
    { name: 'back', groups: ['web', 'witness-b', 'witness-c'] },
  ],
  rest: 'back',
}

t.test('clients notice nothing while what they talk to moves', { timeout: 470_000 }, async (t) => {
  await using routed = await openRoutedHost(t)
  const { host, whole, addressOf, inOne } = routed
  await using clients = startRoutedClients(routed)
  const { allIsWell } = clients
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: host.cleave.hypervisor, settings: host.cleave.settings }
  await using owners = watchOwners(host, 'whole', shopAddress)
  await allIsWell(t, inOne('whole'))

  await t.test('a split that is taken back', async (t) => {
    const intervene = async (now: string) => {
      if (now === 'adopt') throw new Error('adopt was made to fail')
    }
    const operation = await beginSplit(ports, { machine: 'whole', request: toParts, intervene })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
    await allIsWell(t, inOne('whole'))
  })

  await t.test('a split whose process is killed while clients wait', async (t) => {
    const program = join(import.meta.dirname, 'support', 'killed-split.ts')
    const words = [JSON.stringify(host.cleave.settings), JSON.stringify(toParts), 'fork', 'whole']
    const killed = await execa(process.execPath, [program, ...words], { reject: false, timeout: 60_000 })
    t.equal(killed.signal, 'SIGKILL', killed.stderr)
    await recovered(host)
    await allIsWell(t, inOne('whole'))
  })

  await t.test('a split', async (t) => {
    const direct = await startShopClient(shopAddress, 80)
    const planned = await whole.planSplit(toParts)
    t.same(planned.addresses, [{ address: `${shopAddress}/24`, group: 'shop', from: 'whole', to: 'front' }])
    await (await whole.split(toParts)).wait()
    await allIsWell(t, {
      shop: [`front ${shopAddress}:80`],
      web: [`back ${addressOf('back')}:${webPort}`],
    })
    await leadsAsPlanned(t, host, planned)
    const { connectionKept, failures, requests, longestSilenceMs } = direct.report()
    t.comment(`to the service address: ${requests} requests, the longest silence ${longestSilenceMs} ms`)
    t.equal(failures, 0)
    t.equal(connectionKept, true)
    await direct.stop()
  })

  await t.test('a merge, in which the groups end and start again', async (t) => {
    const back = host.cleave.machines.get('back')
    const request = { sources: ['front'], restart: true }
    const planned = await back.planMerge(request)
    t.same(planned.addresses, [{ address: `${shopAddress}/24`, group: 'shop', from: 'front', to: 'back' }])
    await (await back.merge(request)).wait()
    await allIsWell(t, inOne('back'))
    await leadsAsPlanned(t, host, planned)
  })

  await t.test('at no time two machines had the service address', async (t) => {
    const { looks, mostAtOnce, seen } = owners.report()
    t.comment(`${looks} looks, ${seen.size} owners`)
    t.ok(looks > 10)
    t.equal(mostAtOnce, 1)
  })
})

async function leadsAsPlanned(t: Test, { cleave }: TestHost, { routes }: PlannedLeading): Promise<void> {
  const views = await cleave.routes.list()
  t.ok(routes.length > 0)
  for (const { definition, after } of routes)
    t.same(views.find((view) => view.definition.name === definition.name)?.backends, after, definition.name)
}

async function recovered(host: TestHost): Promise<void> {
  const deadline = performance.now() + 30_000
  while (host.cleave.operations.list().some(({ state }) => state === 'running')) {
    if (performance.now() > deadline) throw new Error('nobody recovered the operation')
    await delay(50)
  }
}
