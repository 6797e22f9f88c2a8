/** A group that several machines run is as many backends of its route; and what becomes of an operation without its publisher. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startRoutedClients } from './support/routed-clients.ts'
import { openRoutedHost, shopAddress, webPort } from './support/routed-host.ts'

t.test('replicated groups, and publishers that are lost', { timeout: 470_000 }, async (t) => {
  await using routed = await openRoutedHost(t)
  const { host, whole, addressOf, inOne } = routed
  await using clients = startRoutedClients(routed)
  const { allIsWell } = clients

  await t.test('a group that is replicated is two backends of its route', async (t) => {
    const children = [
      { name: 'left', groups: ['shop', 'web'] },
      { name: 'right', groups: ['witness-a', 'web'] },
    ]
    const request = { children, rest: 'right', rules: { replicated: ['web'] } }
    await (await whole.split(request)).wait()
    await allIsWell(t, {
      shop: [`left ${shopAddress}:80`],
      web: [`left ${addressOf('left')}:${webPort}`, `right ${addressOf('right')}:${webPort}`],
    })
    await (await host.cleave.machines.get('left').merge({ sources: ['right'], restart: true })).wait()
    await allIsWell(t, inOne('left'))
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
