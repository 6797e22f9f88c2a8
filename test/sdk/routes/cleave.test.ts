/** The routing service of Cleave's own proxy and DNS server, over a socket and over TLS. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createRoutes } from '../../../proto/routing/routes.ts'
import { serveRoutes } from '../../../proto/routing/serve.ts'
import { createRouteTable } from '../../../proto/routing/table.ts'
import { cleavePublisher } from '../../../sdk/routes/cleave/publisher.ts'
import type { CleavePublisherDefinition } from '../../../sdk/routes/configuration.ts'
import { makeCertificates } from '../../proto/routing/certificates.ts'
import { freePort } from '../../proto/routing/free-port.ts'
import { shortFolder } from '../hypervisor/qemu/short-folder.ts'
import { definitionOf, stateOf } from './support/definition.ts'
import { routeServer } from './support/route-server.ts'

const definition = definitionOf({ naming: { names: ['shop.example.org'], ttlSeconds: 2, service: '' } })

async function bothWays(t: Test): Promise<CleavePublisherDefinition[]> {
  const folder = shortFolder(t)
  const { server, client } = await makeCertificates(folder, ['server', 'client'])
  const address = `127.0.0.1:${await freePort()}`
  const socket = join(folder, 's')
  const served = await serveRoutes({
    routes: createRoutes(createRouteTable()),
    control: { socket, tcp: { listen: address, tls: server } },
    onFailure: () => {},
  })
  t.teardown(() => served.close(0))
  return [
    { kind: 'cleave', address: socket },
    { kind: 'cleave', address, tls: client },
  ]
}

t.test('a route is put, held, switched, released and deleted', async (t) => {
  for (const peer of await bothWays(t)) {
    await using publisher = await cleavePublisher('proxy', peer)
    const route = { ...definition, name: peer.tls ? 'by-tls' : 'by-socket' }
    const only = async () => (await publisher.list([route]))[0]
    await publisher.check(route, 1)
    t.equal(await only(), undefined)
    await publisher.put(stateOf(route, 10, 80))
    t.match(await only(), { number: 10, held: false, backends: [{ address: '127.0.0.1', port: 80 }] })
    t.equal(await publisher.hold(stateOf(route, 11), { drainMilliseconds: 10 }), 0)
    t.match(await only(), { held: true })
    await publisher.put(stateOf(route, 12, 80))
    t.match(await only(), { held: true }, 'what is held stays held')
    await publisher.switch(stateOf(route, 13, 81, 82))
    await publisher.release(stateOf(route, 14))
    t.match(await only(), { number: 14, held: false, backends: [{ port: 81 }, { port: 82 }] })
    await t.rejects(publisher.switch(stateOf(route, 9, 90)), { code: 'CHANGE_LATE' })
    await publisher.delete(stateOf(route, 15))
    t.equal(await only(), undefined)
    await publisher.switch(stateOf(route, 16, 83))
    t.match(await only(), { number: 16, backends: [{ port: 83 }] }, 'one that was forgotten is put')
  }
})

t.test('routes of others are left out, and a server that is not there is told of', async (t) => {
  const { address } = await routeServer(t)
  await using publisher = await cleavePublisher('proxy', { kind: 'cleave', address })
  await publisher.put(stateOf({ ...definition, name: 'other' }, 1, 80))
  t.same(await publisher.list([definition]), [])
  const nowhere = join(shortFolder(t), 'nowhere')
  await using nobody = await cleavePublisher('proxy', { kind: 'cleave', address: nowhere })
  await t.rejects(nobody.check(definition, 1), { code: 'NO_ANSWER' })
})
