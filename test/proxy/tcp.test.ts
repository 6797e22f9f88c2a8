import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { backend } from '../proto/routing/sample-routes.ts'
import { tcpBackend, tcpClient, until } from './support/connections.ts'
import { startProxy } from './support/start-proxy.ts'

t.test('bytes go both ways, ends too, and counts tell', async (t) => {
  const { serve, routes } = await startProxy(t)
  const { port, sockets } = await tcpBackend(t, 'a')
  const client = await tcpClient(t, await serve('echo', [backend(port)]))
  client.socket.write('x')
  await client.sees('a:x')
  t.match(await routes.list(), [
    { connections: 1, waiting: 0, backends: [{ port, up: true, connections: 1 }] },
  ])
  client.socket.end('last')
  t.equal(await client.closed, 'end')
  t.equal(client.text(), 'a:xa:last', 'also after the client said that it says no more')
  await until(() => sockets.size === 0)
  t.match(await routes.list(), [{ connections: 0, served: 1, failed: 0 }])
})

t.test('a slow client slows its backend down, and all of it arrives', async (t) => {
  const { serve } = await startProxy(t)
  const size = 64 * 1024 * 1024
  let sent = 0
  const { port } = await tcpBackend(t, 'a', (socket) => {
    const piece = Buffer.alloc(64 * 1024, 1)
    const send = (): void => {
      while (sent < size && socket.write(piece)) sent += piece.length
      if (sent >= size) socket.end()
      else {
        sent += piece.length
        socket.once('drain', send)
      }
    }
    send()
  })
  const { socket } = await tcpClient(t, await serve('big', [backend(port)]))
  socket.removeAllListeners('data')
  socket.pause()
  await delay(200)
  t.ok(sent < size / 2, 'it waits')
  let received = 0
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  socket.resume()
  await once(socket, 'close')
  t.equal(received, sent)
})

t.test('while held, clients wait with what they say, and go on to the new backend', async (t) => {
  const { serve, routes } = await startProxy(t)
  const [a, b] = [await tcpBackend(t, 'a'), await tcpBackend(t, 'b')]
  const port = await serve('echo', [backend(a.port)])
  t.match(await routes.hold('echo'), { inFlight: 0 })
  const clients = await Promise.all(Array.from({ length: 50 }, () => tcpClient(t, port)))
  for (const { socket } of clients) socket.write('x')
  await until(async () => (await routes.list())[0]?.waiting === 50)
  t.equal(a.accepted(), 0)
  await routes.switch('echo', [backend(b.port)])
  await delay(20)
  t.equal(b.accepted(), 0, 'it is still held')
  await routes.release('echo')
  await Promise.all(clients.map(({ sees }) => sees('b:x')))
  t.equal(a.accepted(), 0)
})

t.test('what waits is bounded in number, bytes and time, with a clear end', async (t) => {
  const { serve, routes } = await startProxy(t)
  const { port, sockets } = await tcpBackend(t, 'a')
  const holdLimits = { waiting: 2, bytes: 1000, milliseconds: 300 }
  const listen = await serve('echo', [backend(port)], { holdLimits })
  await routes.hold('echo')
  const [first, second] = [await tcpClient(t, listen), await tcpClient(t, listen)]
  await until(async () => (await routes.list())[0]?.waiting === 2)
  const third = await tcpClient(t, listen)
  t.equal(await third.closed, 'error', 'there are too many')
  first.socket.write(Buffer.alloc(16 * 1024 * 1024))
  t.equal(await first.closed, 'error', 'it waited too long')
  t.equal(await second.closed, 'error')
  t.ok(first.socket.bytesWritten > 0)
  t.equal(sockets.size, 0)
  t.match(await routes.list(), [{ waiting: 0, connections: 0, failed: 3 }])
  await routes.release('echo')
  const fourth = await tcpClient(t, listen)
  fourth.socket.write('y')
  await fourth.sees('a:y')
})

t.test('a client that goes away while it waits is forgotten', async (t) => {
  const { serve, routes } = await startProxy(t)
  const { port } = await tcpBackend(t, 'a')
  const listen = await serve('echo', [backend(port)])
  await routes.hold('echo')
  const client = await tcpClient(t, listen)
  await until(async () => (await routes.list())[0]?.waiting === 1)
  client.socket.resetAndDestroy()
  await until(async () => (await routes.list())[0]?.waiting === 0)
  t.pass()
})

t.test('RECONNECT: an open connection outlives its backend, what it says meanwhile is kept', async (t) => {
  const { serve, routes } = await startProxy(t)
  const [a, b] = [await tcpBackend(t, 'a'), await tcpBackend(t, 'b')]
  const client = await tcpClient(t, await serve('log', [backend(a.port)], { onMove: 'RECONNECT' }))
  client.socket.write('1')
  await client.sees('a:1')
  await routes.hold('log')
  client.socket.write('2')
  await client.sees('a:2')
  await a.close()
  await until(async () => (await routes.list())[0]?.waiting === 1)
  client.socket.write('3')
  await routes.switch('log', [backend(b.port)])
  await routes.release('log')
  await client.sees('b:3')
  t.equal(client.text(), 'a:1a:2b:3')
  client.socket.end()
  t.equal(await client.closed, 'end')
})

t.test(
  'RECONNECT: a backend that is removed loses its connections to the new one, also without a hold',
  async (t) => {
    const { serve, routes } = await startProxy(t)
    const [a, b] = [await tcpBackend(t, 'a'), await tcpBackend(t, 'b')]
    const client = await tcpClient(t, await serve('log', [backend(a.port)], { onMove: 'RECONNECT' }))
    client.socket.write('1')
    await client.sees('a:1')
    await routes.switch('log', [backend(b.port)])
    client.socket.write('2')
    await client.sees('b:2')
    await until(() => a.sockets.size === 0)
    b.reset()
    await until(() => b.accepted() === 2)
    client.socket.write('3')
    await client.sees('b:3')
  },
)

t.test('END: a connection ends with its backend, and not as if all had been said', async (t) => {
  const { serve, routes } = await startProxy(t)
  const [a, b] = [await tcpBackend(t, 'a'), await tcpBackend(t, 'b')]
  const port = await serve('echo', [backend(a.port)])
  const [first, second] = [await tcpClient(t, port), await tcpClient(t, port)]
  first.socket.write('x')
  second.socket.write('x')
  await Promise.all([first.sees('a:x'), second.sees('a:x')])
  const [socket] = a.sockets
  socket?.end()
  t.equal(await Promise.race([first.closed, second.closed]), 'end', 'what the backend ended ends')
  await routes.switch('echo', [backend(b.port)])
  t.same((await Promise.all([first.closed, second.closed])).sort(), ['end', 'error'])
})

t.test('several backends: least connections, weights, a dead one, and one that is drained', async (t) => {
  const { serve, routes } = await startProxy(t)
  const [a, b] = [await tcpBackend(t, 'a'), await tcpBackend(t, 'b')]
  const dead = await tcpBackend(t, 'dead')
  await dead.close()
  const both = [backend(a.port, { weight: 3 }), backend(b.port)]
  const port = await serve('echo', [...both, backend(dead.port)])
  const clients = await Promise.all(Array.from({ length: 8 }, () => tcpClient(t, port)))
  for (const { socket } of clients) socket.write('x')
  await Promise.all(clients.map(({ sees }) => sees(':x')))
  t.same([a.sockets.size, b.sockets.size], [6, 2])
  await routes.switch('echo', [backend(a.port, { weight: 0 }), backend(b.port)])
  const late = await tcpClient(t, port)
  late.socket.write('y')
  await late.sees('b:y')
  t.equal(a.sockets.size, 6, 'what a drained backend has goes on')
  await routes.switch('echo', [])
  const none = await tcpClient(t, port)
  t.equal(await none.closed, 'error')
})

t.test('a health check takes a backend out, and in again', async (t) => {
  const { serve, routes } = await startProxy(t)
  const [a, b] = [await tcpBackend(t, 'a'), await tcpBackend(t, 'b')]
  const healthCheck = { path: '', intervalMilliseconds: 100, threshold: 2 }
  const port = await serve('echo', [backend(a.port), backend(b.port)], { healthCheck })
  const isUp = async () => (await routes.list())[0]?.backends.map(({ up }) => up).join()
  t.equal(await isUp(), 'true,true')
  await a.close()
  await until(async () => (await isUp()) === 'false,true')
  const clients = await Promise.all([1, 2, 3].map(() => tcpClient(t, port)))
  for (const { socket } of clients) socket.write('x')
  await Promise.all(clients.map(({ sees }) => sees('b:x')))
})

t.test('a hold is answered when connections have ended, or in time', async (t) => {
  const { serve, routes } = await startProxy(t)
  const { port } = await tcpBackend(t, 'a')
  const client = await tcpClient(t, await serve('echo', [backend(port)]))
  client.socket.write('x')
  await client.sees('a:x')
  t.match(await routes.hold('echo', { drainMs: 50 }), { inFlight: 1 })
  const held = routes.hold('echo', { drainMs: 60_000 })
  client.socket.end()
  t.match(await held, { inFlight: 0 })
})

t.test('PROXY protocol, in and out', async (t) => {
  const { serve } = await startProxy(t)
  const { port } = await tcpBackend(t, 'a')
  const inner = await serve('one', [backend(port)], { acceptProxyProtocol: true, sendProxyProtocol: 'V1' })
  const outer = await serve('two', [backend(inner)], { sendProxyProtocol: 'V2' })
  const client = await tcpClient(t, outer)
  client.socket.write('x')
  const { localPort } = client.socket
  await client.sees(`PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${outer}\r\n`)
  await client.sees('x')
  const wrong = await tcpClient(t, inner)
  wrong.socket.write('GET / HTTP/1.1\r\n\r\n')
  t.equal(await wrong.closed, 'error')
})

t.test('so many clients of one address', async (t) => {
  const { serve } = await startProxy(t, { limits: { perClient: 2 } })
  const { port } = await tcpBackend(t, 'a')
  const listen = await serve('echo', [backend(port)])
  const [first] = [await tcpClient(t, listen), await tcpClient(t, listen)]
  t.equal(await (await tcpClient(t, listen)).closed, 'error')
  first?.socket.destroy()
  await until(async () => {
    const next = await tcpClient(t, listen)
    next.socket.write('x')
    return next.sees('a:x').then(
      () => true,
      () => false,
    )
  })
  t.pass('there is room again')
})
