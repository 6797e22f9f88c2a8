import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t from 'tap'
import { freePort } from '../proto/routing/free-port.ts'
import { backend } from '../proto/routing/sample-routes.ts'
import { tcpBackend, tcpClient, until } from './support/connections.ts'
import { ask, httpBackend } from './support/http.ts'
import { startProxy } from './support/start-proxy.ts'

const http = { protocol: 'HTTP' } as const

t.test('curl gets answers, on one connection, and the backend learns who asked', async (t) => {
  const { serve } = await startProxy(t)
  const { port, requests, sockets } = await httpBackend(t, 'a')
  const url = `http://127.0.0.1:${await serve('web', [backend(port)], http)}`
  const { stdout } = await execa('curl', ['-sS', `${url}/1`, `${url}/2`, '-w', ' %{num_connects}\n'])
  t.equal(stdout, 'a /1 1\na /2 0')
  t.equal(sockets.size, 1, 'the connection to the backend is used again')
  t.match(requests[0]?.headers, {
    host: url.slice('http://'.length),
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    forwarded: /^for=127\.0\.0\.1;proto=http;host="127/,
  })
})

t.test('bodies both ways, by length and in chunks, and HTTP/1.0', async (t) => {
  const { serve, folder } = await startProxy(t)
  const { port } = await httpBackend(t, 'a', (request, response) => {
    if (request.url === '/length') response.setHeader('content-length', request.headers['x-size'] ?? '')
    request.pipe(response)
  })
  const url = `http://127.0.0.1:${await serve('web', [backend(port)], http)}`
  const content = randomBytes(3 * 1024 * 1024)
  const file = join(folder, 'file')
  await writeFile(file, content)
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  const ways = [
    [`${url}/length`, '-H', `X-Size: ${content.length}`],
    [`${url}/chunks`, '-H', 'Transfer-Encoding: chunked'],
    ['--http1.0', `${url}/old`],
    ['-H', 'Expect: 100-continue', `${url}/expect`],
  ]
  for (const words of ways) {
    const given = ['-sS', '--data-binary', `@${file}`, '-o', `${file}2`, ...words]
    await execa('curl', given, { timeout: 20_000 })
    t.equal(digest(await readFile(`${file}2`)), digest(content), words.join(' ').slice(0, 40))
  }
})

t.test('while held, requests wait, with bodies too, and go to the new backend', async (t) => {
  const { serve, routes } = await startProxy(t)
  const [a, b] = [await httpBackend(t, 'a'), await httpBackend(t, 'b')]
  const port = await serve('web', [backend(a.port)], http)
  await ask(port)
  await routes.hold('web', { drainMs: 1000 })
  const gets = Array.from({ length: 20 }, (_, index) => ask(port, { path: `/${index}` }))
  const posts = Array.from({ length: 5 }, () => ask(port, { method: 'POST', body: 'x'.repeat(1000) }))
  await until(async () => (await routes.list())[0]?.waiting === 25)
  await routes.switch('web', [backend(b.port)])
  await routes.release('web')
  t.same(
    (await Promise.all(gets)).map(({ text }) => text),
    Array.from({ length: 20 }, (_, index) => `b /${index}`),
  )
  t.ok((await Promise.all(posts)).every(({ status, text }) => status === 200 && text === 'b /'))
  t.equal(a.requests.length, 1)
})

t.test('all that waited are answered, and do not come to the backend all at once', async (t) => {
  const { serve, routes } = await startProxy(t)
  const connections = new Set<Socket>()
  const { port } = await httpBackend(t, 'a', ({ socket }, response) => {
    connections.add(socket)
    response.end('well')
  })
  const listen = await serve('web', [backend(port)], http)
  await routes.hold('web')
  const asked = Array.from({ length: 400 }, () => ask(listen))
  await until(async () => (await routes.list())[0]?.waiting === asked.length)
  await routes.release('web')
  const answers = await Promise.all(asked)
  t.ok(answers.every(({ status }) => status === 200))
  t.ok(connections.size < 200, `${connections.size} connections`)
})

t.test('whoever waited goes on waiting for a backend that takes no connection yet', async (t) => {
  const { serve, routes } = await startProxy(t)
  const nobody = await freePort()
  const holdLimits = { waiting: 10, bytes: 0, milliseconds: 2000 }
  const listen = await serve('web', [backend(nobody)], { ...http, holdLimits })
  const askHeld = async () => {
    await routes.hold('web')
    const asked = ask(listen)
    await until(async () => (await routes.list())[0]?.waiting === 1)
    await routes.release('web')
    return { asked }
  }
  t.match(await ask(listen), { status: 503, text: /no backend/ }, 'who has not waited is told at once')
  const held = await askHeld()
  t.equal((await held.asked).status, 503)
  const { asked } = await askHeld()
  const newcomer = ask(listen)
  await delay(100)
  const late = createServer((_, response) => response.end('late')).listen(nobody, '127.0.0.1')
  t.teardown(() => late.close())
  t.match(await asked, { status: 200, text: 'late' })
  t.match(await newcomer, { status: 200, text: 'late' }, 'the service has just moved')
})

t.test('what waits is bounded, and told so', async (t) => {
  const { serve, routes } = await startProxy(t)
  const { port } = await httpBackend(t, 'a')
  const holdLimits = { waiting: 1, bytes: 0, milliseconds: 200 }
  const listen = await serve('web', [backend(port)], { ...http, holdLimits })
  await routes.hold('web')
  const first = ask(listen)
  await until(async () => (await routes.list())[0]?.waiting === 1)
  t.match(await ask(listen), { status: 503, headers: { 'retry-after': '1' }, text: /too many/ })
  t.match(await first, { status: 503, headers: { 'retry-after': '1' }, text: /moving/ })
})

t.test('a safe request whose backend dies without a byte is sent again; another gets 502', async (t) => {
  const { serve, routes } = await startProxy(t)
  let asked = 0
  const dying = await httpBackend(t, 'dying', (request) => {
    asked++
    request.socket.resetAndDestroy()
  })
  const good = await httpBackend(t, 'good')
  const port = await serve('web', [backend(dying.port, { weight: 9 }), backend(good.port)], http)
  t.match(await ask(port), { status: 200, text: 'good /' })
  t.equal(asked, 1)
  await routes.switch('web', [backend(dying.port)])
  t.match(await ask(port, { method: 'POST', body: 'x' }), { status: 502, headers: { 'retry-after': '1' } })
  t.equal(asked, 2, 'once')
  t.match(await ask(port), { status: 503, headers: { 'retry-after': '1' } })
})

t.test('a request in flight whose machine goes away is asked again at the next one', async (t) => {
  const { serve, routes } = await startProxy(t)
  const silent = await httpBackend(t, 'silent', () => {})
  const b = await httpBackend(t, 'b')
  const port = await serve('web', [backend(silent.port)], http)
  const answer = ask(port, { path: '/long' })
  await until(() => silent.requests.length === 1)
  t.match(await routes.hold('web', { drainMs: 50 }), { inFlight: 1 })
  await routes.switch('web', [backend(b.port)])
  await delay(20)
  t.equal(b.requests.length, 0, 'it waits for the release')
  await routes.release('web')
  t.match(await answer, { status: 200, text: 'b /long' })
})

t.test('no upstream connection outlives its client, and a truncated answer is seen as such', async (t) => {
  const { serve } = await startProxy(t)
  const { port, requests, sockets } = await httpBackend(t, 'a', (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('some')
  })
  const listen = await serve('web', [backend(port)], http)
  const clients = await Promise.all(Array.from({ length: 30 }, () => tcpClient(t, listen)))
  for (const { socket } of clients) socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => requests.length === 30)
  for (const { socket } of clients) socket.destroy()
  await until(() => sockets.size === 0)
  const client = await tcpClient(t, listen)
  client.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.sees('some')
  for (const socket of sockets) socket.destroy()
  await client.closed
  t.match(client.text(), /some$/, 'less than was promised')
})

t.test('pipelined requests are answered in order', async (t) => {
  const { serve } = await startProxy(t)
  const { port } = await httpBackend(t, 'a', (request, response) => {
    setTimeout(() => response.end(`<${request.url}>`), request.url === '/0' ? 50 : 0)
  })
  const client = await tcpClient(t, await serve('web', [backend(port)], http))
  const one = (index: number) => `POST /${index} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`
  client.socket.write(`\r\n${[0, 1, 2, 3].map(one).join('')}`)
  await client.sees('</3>')
  t.same(client.text().match(/<.*?>/g), ['</0>', '</1>', '</2>', '</3>'])
})

t.test('a connection to a backend goes on after a client that was slow', async (t) => {
  const { serve } = await startProxy(t)
  const large = 'x'.repeat(8 * 1024 * 1024)
  const { port, sockets } = await httpBackend(t, 'a', (_request, response) => {
    response.setHeader('content-length', large.length)
    response.end(large)
  })
  const listen = await serve('web', [backend(port)], http)
  for (let round = 0; round < 3; round++) {
    const client = await tcpClient(t, listen)
    client.socket.pause()
    client.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await delay(50)
    client.socket.resume()
    await until(() => client.text().length > large.length)
    client.socket.destroy()
  }
  t.equal(sockets.size, 1)
})

t.test('routes by the host that is named, and limits', async (t) => {
  const settings = {
    limits: { headBytes: 2048, bodyBytes: 1000 },
    timeouts: { drain: 100, head: 300, body: 300 },
  }
  const { serve, routes } = await startProxy(t, settings)
  const { port, requests } = await httpBackend(t, 'a')
  const listen = await serve('web', [backend(port)], { ...http, serverNames: ['a.example', '*.b.example'] })
  t.match(await ask(listen, { headers: { host: 'A.example:80' } }), { status: 200 })
  t.match(await ask(listen, { headers: { host: 'x.b.example' } }), { status: 200 })
  t.match(await ask(listen, { headers: { host: 'c.example' } }), { status: 404 })
  const headers = { host: 'a.example' }
  t.match(await ask(listen, { headers: { ...headers, x: 'x'.repeat(3000) } }), { status: 431 })
  t.match(await ask(listen, { headers, method: 'POST', body: 'x'.repeat(2000) }), { status: 413 })
  const chunked = { ...headers, 'transfer-encoding': 'chunked' }
  t.match(await ask(listen, { headers: chunked, method: 'POST', body: 'x'.repeat(2000) }), { status: 413 })
  t.match(await ask(listen, { headers, method: 'TRACE' }), { status: 405 })
  const before = requests.length

  const slow = await tcpClient(t, listen)
  slow.socket.write('GET / HTTP/1.1\r\nHost: ')
  const dripping = setInterval(() => slow.socket.write('a'), 20)
  await slow.closed
  clearInterval(dripping)
  t.match(slow.text(), /^HTTP\/1\.1 408 /, 'a head that never ends')
  const mute = await tcpClient(t, listen)
  t.equal(await mute.closed, 'end', 'nothing at all')
  const body = await tcpClient(t, listen)
  body.socket.write('POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nabc')
  await body.closed
  t.equal(requests.length, before + 1, 'a body that never ends')
  t.match(await routes.list(), [{ connections: 0 }])
})

t.test('a backend that breaks the rules gets its client a 502', async (t) => {
  const { serve, routes } = await startProxy(t)
  const answers = [
    'nonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: \0\r\n\r\n',
    `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(20_000)}`,
  ]
  const port = await serve('web', [], http)
  for (const answer of answers) {
    const { port: wrong } = await tcpBackend(t, 'a', (socket) =>
      socket.once('data', () => socket.write(answer)),
    )
    await routes.switch('web', [backend(wrong)])
    t.match(await ask(port), { status: 502 }, JSON.stringify(answer.slice(0, 30)))
  }
  const early = await tcpBackend(t, 'a', (socket) => {
    socket.resume()
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'.repeat(2))
  })
  await routes.switch('web', [backend(early.port)])
  t.match(await ask(port), { status: 200, text: '' }, 'an answer before the question')
  await until(() => early.sockets.size === 0)
})

t.test('a health check asks a path', async (t) => {
  const { serve, routes } = await startProxy(t)
  let status = 200
  const { port } = await httpBackend(t, 'a', (_request, response) => response.writeHead(status).end())
  await serve('web', [backend(port)], {
    ...http,
    healthCheck: { path: '/well', intervalMilliseconds: 100, threshold: 1 },
  })
  const isUp = async () => (await routes.list())[0]?.backends[0]?.up
  status = 500
  await until(async () => (await isUp()) === false)
  status = 204
  await until(async () => (await isUp()) === true)
  t.pass()
})
