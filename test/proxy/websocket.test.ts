import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import { backend } from '../proto/routing/sample-routes.ts'
import { until } from './support/connections.ts'
import { startProxy } from './support/start-proxy.ts'

async function socketBackend(t: Test, name: string) {
  const server = createServer((_request, response) => response.end('plain'))
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`${name}:${data}`)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => {
    for (const socket of sockets.clients) socket.terminate()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, clients: sockets.clients }
}

t.test('a WebSocket passes, waits while its route is held, and ends with its backend', async (t) => {
  const { serve, routes } = await startProxy(t)
  const [a, b] = [await socketBackend(t, 'a'), await socketBackend(t, 'b')]
  const port = await serve('web', [backend(a.port)], { protocol: 'HTTP' })
  const open = () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/path`)
    t.teardown(() => socket.terminate())
    return socket
  }
  const hear = async (socket: WebSocket) => String((await once(socket, 'message'))[0])

  const first = open()
  await once(first, 'open')
  first.send('hello')
  t.equal(await hear(first), 'a:hello')
  const large = 'x'.repeat(1024 * 1024)
  first.send(large)
  t.equal(await hear(first), `a:${large}`)
  t.match(await routes.list(), [{ connections: 1 }])

  await routes.hold('web')
  const second = open()
  await until(async () => (await routes.list())[0]?.waiting === 1)
  first.send('still')
  t.equal(await hear(first), 'a:still', 'one that is open goes on while its backend does')
  const ended = once(first, 'close')
  await routes.switch('web', [backend(b.port)])
  await ended
  await routes.release('web')
  await once(second, 'open')
  second.send('hello')
  t.equal(await hear(second), 'b:hello')

  second.close()
  await once(second, 'close')
  await until(() => b.clients.size === 0)
  t.match(await routes.list(), [{ connections: 0, failed: 0 }])
})

t.test('a server that refuses the upgrade is heard', async (t) => {
  const { serve } = await startProxy(t)
  const server = createServer((_request, response) => response.writeHead(403).end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${await serve('web', [backend(port)], { protocol: 'HTTP' })}`)
  const [error] = await once(socket, 'error')
  t.match(error.message, /403/)
})
