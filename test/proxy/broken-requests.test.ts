import { connect } from 'node:net'
import t from 'tap'
import { freePort } from '../proto/routing/free-port.ts'
import { until } from './support/connections.ts'
import { ask, httpBackend } from './support/http.ts'
import { startProgram } from './support/program.ts'

const count = process.env['CLEAVE_TEST_LONG'] === '1' ? 100_000 : 10_000
const atOnce = 50
const seed = 20_261_126

/** Mulberry32: the same requests each time. */
function generator(start: number): (below: number) => number {
  let state = start
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const sound = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'POST /y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: u\r\n\r\n',
  'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'GET http://a/ HTTP/1.1\r\nHost: b\r\nX-A: b\r\nX-C: d\r\nConnection: close, x-a\r\n\r\n',
]
const bits = [
  '\r\n',
  '\n',
  '\0',
  ':',
  ' ',
  '\t',
  'HTTP/1.1',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
]
bits.push(
  '\r\n\r\n',
  '0\r\n\r\n',
  'ffffffffffffffff\r\n',
  'Host: a\r\n',
  '\xff\xfe',
  'x'.repeat(20_000),
  '\x16\x03\x01\x02\x00',
)

function broken(next: (below: number) => number): Buffer {
  let text = sound[next(sound.length)] as string
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(text.length + 1)
    const way = next(4)
    if (way === 0) text = text.slice(0, at) + String.fromCharCode(next(256)) + text.slice(at + 1)
    else if (way === 1) text = text.slice(0, at) + bits[next(bits.length)] + text.slice(at)
    else if (way === 2) text = text.slice(0, at) + text.slice(at + 1 + next(10))
    else text = text.slice(0, at)
  }
  return Buffer.from(text, 'latin1')
}

/** Sends it, and answers when the connection has ended. */
function send(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1')
    // What it says no more after a while, waits for more: it is broken off.
    socket.setTimeout(30, () => socket.end(() => socket.destroySoon()))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
    socket.write(bytes)
  })
}

t.test(
  `${count} broken requests: it lives, leaks no descriptor and answers rightly after them`,
  async (t) => {
    const { port: backendPort, sockets } = await httpBackend(t, 'a', (request, response) => {
      request.resume()
      response.end(`right ${request.url}`)
    })
    const port = await freePort()
    const { start, routes } = await startProgram(t, {
      timeouts: { head: 1000, body: 1000, drain: 100 },
      routes: [
        {
          name: 'web',
          backends: [{ address: '127.0.0.1', port: backendPort }],
          proxying: { listen: `127.0.0.1:${port}`, protocol: 'http' },
        },
      ],
    })
    const { hasEnded, openFiles } = await start()
    t.match(await ask(port), { text: 'right /' })
    const before = (await openFiles()) - sockets.size
    const next = generator(seed)
    const requests = Array.from({ length: count }, () => broken(next))
    let answered = 0
    const worker = async (): Promise<void> => {
      for (let bytes = requests.pop(); bytes !== undefined; bytes = requests.pop()) {
        const text = await send(port, bytes)
        if (text === '') continue
        answered++
        if (!/^HTTP\/1\.1 [1-5]\d\d /.test(text)) t.fail(`answered with ${JSON.stringify(text.slice(0, 50))}`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    t.ok(answered > 0, `${answered} were answered before their client went away`)
    t.notOk(hasEnded())
    t.match(await ask(port, { path: '/after' }), { status: 200, text: 'right /after' })
    t.match(await ask(port, { method: 'POST', path: '/body', body: 'x'.repeat(100_000) }), {
      text: 'right /body',
    })
    await until(async () => (await openFiles()) - sockets.size <= before)
    t.match(await routes.list(), [{ connections: 0, waiting: 0, backends: [{ connections: 0 }] }])
  },
)
