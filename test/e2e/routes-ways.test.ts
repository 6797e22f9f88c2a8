/** Clients of real machines go through proxies, by name, and to a service address, while a machine is split in other ways than by fork. */
import { join } from 'node:path'
import t from 'tap'
import { startShopClient } from '../../packaging/demo/shop-client.ts'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import type { SplitRequest } from '../../sdk/planning/assignment.ts'
import { openStore } from '../../sdk/store/store.ts'
import { watchOwners } from './support/address-watch.ts'
import { isLong } from './support/long.ts'
import { startRoutedClients } from './support/routed-clients.ts'
import { openRoutedHost, shopAddress, webPort } from './support/routed-host.ts'

const suspended: SplitRequest = {
  way: 'suspend',
  children: [
    { name: 'front', groups: ['shop', 'web', 'witness-a'] },
    { name: 'back', groups: ['witness-b', 'witness-c'] },
  ],
}
const booted: SplitRequest = {
  way: 'delta',
  children: [
    { name: 'left', groups: ['shop'] },
    { name: 'right', groups: ['web', 'witness-a'] },
  ],
}
// The state of a machine that is saved and loaded, all on the same processors.
const answerTimeoutMs = 60_000

t.test(
  'clients wait while a machine is copied, and while its children boot',
  { timeout: 470_000 },
  async (t) => {
    await using routed = await openRoutedHost(t)
    const { host, whole, addressOf, inOne } = routed
    await using clients = startRoutedClients(routed)
    const { allIsWell } = clients
    await using owners = watchOwners(host, 'whole', shopAddress)
    await allIsWell(t, inOne('whole'))

    await t.test('by suspend: open connections to the service address live on', async (t) => {
      const direct = await startShopClient(shopAddress, 80, { answerTimeoutMs })
      await (await whole.split(suspended)).wait()
      await allIsWell(t, inOne('front'))
      const { connectionKept, failures, longestSilenceMs } = direct.report()
      t.comment(`to the service address: the longest silence ${longestSilenceMs} ms`)
      t.equal(failures, 0)
      t.equal(connectionKept, true)
      await direct.stop()
    })

    await t.test(
      'by children that boot, taken back: the parent boots again',
      { skip: !isLong },
      async (t) => {
        using store = openStore({ path: join(host.home, 'store.db') })
        const ports = { store, hypervisor: host.cleave.hypervisor, settings: host.cleave.settings }
        const intervene = async (now: string) => {
          if (now === 'boot') throw new Error('boot was made to fail')
        }
        const operation = await beginSplit(ports, { machine: 'front', request: booted, intervene })
        await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
        await allIsWell(t, inOne('front'))
      },
    )

    await t.test('by children that boot', async (t) => {
      await (await host.cleave.machines.get('front').split(booted)).wait()
      await allIsWell(t, {
        shop: [`left ${shopAddress}:80`],
        web: [`right ${addressOf('right')}:${webPort}`],
      })
      t.equal((await fetch(`http://${shopAddress}/`)).status, 200, 'the service address answers')
    })

    await t.test('at no time two machines had the service address', async (t) => {
      const { looks, mostAtOnce, seen } = owners.report()
      t.comment(`${looks} looks, ${seen.size} owners`)
      t.ok(looks > 10)
      t.equal(mostAtOnce, 1)
    })
  },
)
