import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { backend } from '../proto/routing/sample-routes.ts'
import { until } from './support/connections.ts'
import { startProxy } from './support/start-proxy.ts'

async function bound(t: Test): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  return socket
}

async function udpBackend(t: Test, name: string) {
  const socket = await bound(t)
  const peers = new Set<number>()
  socket.on('message', (message, { port, address }) => {
    peers.add(port)
    socket.send(`${name}:${message}`, port, address)
  })
  return { port: socket.address().port, peers }
}

const heard = async (socket: Socket) => String((await once(socket, 'message'))[0])

t.test('each client has a flow of its own', async (t) => {
  const { serve, routes } = await startProxy(t)
  const a = await udpBackend(t, 'a')
  const port = await serve('dns', [backend(a.port)], { protocol: 'UDP' })
  const clients = await Promise.all(Array.from({ length: 5 }, () => bound(t)))
  const answers = await Promise.all(
    clients.map((client, index) => {
      client.send(String(index), port, '127.0.0.1')
      return heard(client)
    }),
  )
  t.same(answers, ['a:0', 'a:1', 'a:2', 'a:3', 'a:4'])
  t.equal(a.peers.size, 5)
  clients[0]?.send('again', port, '127.0.0.1')
  t.equal(await heard(clients[0] as Socket), 'a:again')
  t.equal(a.peers.size, 5)
  t.match(await routes.list(), [{ connections: 5 }])
})

t.test(
  'while held, first datagrams wait; flows go to the new backend when the old one is removed',
  async (t) => {
    const { serve, routes } = await startProxy(t)
    const [a, b] = [await udpBackend(t, 'a'), await udpBackend(t, 'b')]
    const port = await serve('dns', [backend(a.port)], {
      protocol: 'UDP',
      holdLimits: { waiting: 10, bytes: 4, milliseconds: 0 },
    })
    const [old, fresh] = [await bound(t), await bound(t)]
    old.send('x', port, '127.0.0.1')
    t.equal(await heard(old), 'a:x')
    await routes.hold('dns')
    fresh.send('1', port, '127.0.0.1')
    await until(async () => (await routes.list())[0]?.waiting === 1)
    fresh.send('too long to be kept', port, '127.0.0.1')
    await routes.switch('dns', [backend(b.port)])
    await routes.release('dns')
    t.equal(await heard(fresh), 'b:1')
    old.send('y', port, '127.0.0.1')
    t.equal(await heard(old), 'b:y')
  },
)

t.test('flows are bounded in number, and end when nothing is said', async (t) => {
  const { serve, routes } = await startProxy(t, { limits: { flows: 2 }, timeouts: { flow: 100, drain: 100 } })
  const a = await udpBackend(t, 'a')
  const port = await serve('dns', [backend(a.port)], { protocol: 'UDP' })
  const clients = await Promise.all(Array.from({ length: 4 }, () => bound(t)))
  for (const client of clients) client.send('x', port, '127.0.0.1')
  await until(() => a.peers.size === 2)
  await until(async () => (await routes.list())[0]?.connections === 0)
  const [client] = clients
  client?.send('y', port, '127.0.0.1')
  t.equal(await heard(client as Socket), 'a:y')
  t.match(await routes.list(), [{ served: 2, failed: 0 }])
})
