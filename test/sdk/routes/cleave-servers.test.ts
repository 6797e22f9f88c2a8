/** Clients of Cleave's own proxy, and of its DNS server, while what they talk to moves. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { proxyingSchema } from '../../../proto/routing/schema.ts'
import { cleavePublisher } from '../../../sdk/routes/cleave/publisher.ts'
import { freePort } from '../../proto/routing/free-port.ts'
import { startCleaveDns, startCleaveProxy } from './support/cleave-servers.ts'
import { definitionOf, stateOf } from './support/definition.ts'
import { startClients } from './support/http-clients.ts'

async function startBackend(t: Test, name: string): Promise<number> {
  const server = createServer((_, response) => {
    setTimeout(() => response.end(name), 30)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

t.test('no request fails while the backend moves', async (t) => {
  const port = await freePort()
  const proxying = proxyingSchema.parse({ listen: `127.0.0.1:${port}`, protocol: 'http' })
  const definition = definitionOf({ proxying })
  await using publisher = await cleavePublisher('proxy', {
    kind: 'cleave',
    address: await startCleaveProxy(t),
  })
  const [one, two] = [await startBackend(t, 'one'), await startBackend(t, 'two')]
  await publisher.put(stateOf(definition, 1, one))
  await using clients = startClients({ port, connections: 20 })
  await delay(300)
  t.equal(await publisher.hold(stateOf(definition, 2), { drainMilliseconds: 2000 }), 0)
  await delay(500)
  t.match(await publisher.list([definition]), [{ held: true, backends: [{ port: one }] }])
  await publisher.switch(stateOf(definition, 3, two))
  await publisher.release(stateOf(definition, 4, two))
  await delay(300)
  const { requests, failures, answers } = clients.report()
  t.same(failures, [])
  t.ok(requests > 200, `${requests} requests`)
  t.same([...answers.keys()].sort(), ['one', 'two'])
})

t.test('names have the addresses of the backends', async (t) => {
  const { socket, resolver } = await startCleaveDns(t)
  const naming = { names: ['shop.example.org'], ttlSeconds: 2, service: '_http._tcp.example.org' }
  const definition = definitionOf({ naming })
  await using publisher = await cleavePublisher('names', { kind: 'cleave', address: socket })
  await publisher.put(stateOf(definition, 1, 8080))
  t.same(await resolver.resolve4('shop.example.org', { ttl: true }), [{ address: '127.0.0.1', ttl: 2 }])
  t.equal(await publisher.hold(stateOf(definition, 2), { drainMilliseconds: 5000 }), 0)
  const backends = [{ address: '10.77.0.9', port: 81, machine: 'front' }]
  await publisher.switch({ definition, number: 3, backends })
  await publisher.release({ definition, number: 4, backends })
  t.same(await resolver.resolve4('shop.example.org'), ['10.77.0.9'])
  t.match(await resolver.resolveSrv('_http._tcp.example.org'), [{ name: 'shop.example.org', port: 81 }])
})
