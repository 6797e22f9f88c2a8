import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import t from 'tap'
import { makeCertificates } from '../proto/routing/certificates.ts'
import { backend } from '../proto/routing/sample-routes.ts'
import { tcpBackend } from './support/connections.ts'
import { startProxy } from './support/start-proxy.ts'

const { 'a.example': files } = await makeCertificates(t.testdir(), ['a.example'])
const size = 24 * 1024 * 1024
// The proxy reads that many at once, when they come one by one, and they fit into what it keeps for a slow client.
const pieceBytes = 40 * 1024
const seeds = [1, 2, 3]

/** Bytes that differ from any others in the stream and in other streams. */
function content(seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let state = seed
  for (let at = 0; at < size; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes.writeUInt32LE(state, at)
  }
  return bytes
}

const hashOf = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex')

/** Sends all, piece by piece, as fast as it is taken. */
async function send(socket: Socket, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    if (!socket.write(bytes.subarray(at, at + pieceBytes))) await once(socket, 'drain')
    await delay(1)
  }
  socket.end()
}

/** Reads to the end, and so little at a time that all buffers on the way are full. */
async function readSlowly(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = []
  await delay(1_000)
  for await (const piece of socket) {
    pieces.push(piece)
    if (pieces.length % 4 === 0) await delay(2)
  }
  return Buffer.concat(pieces)
}

t.test('streams that are read slowly, side by side, come as they were sent', async (t) => {
  const contents = new Map(seeds.map((seed) => [seed, content(seed)]))
  const { serve } = await startProxy(t)
  // The request's path begins with the seed; over TCP there is only that.
  const { port } = await tcpBackend(t, 'a', (socket) =>
    socket.once('data', (asked: Buffer) => {
      const seed = Number(/\d/.exec(String(asked))?.[0])
      const bytes = contents.get(seed) ?? Buffer.alloc(0)
      if (asked.length > 1) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`)
      send(socket, bytes).catch(() => {})
    }),
  )
  const tls = { certificate: files.certificate, key: files.key }
  const ports = {
    tcp: await serve('tcp', [backend(port)]),
    tls: await serve('tls', [backend(port)], { tls }),
    http: await serve('http', [backend(port)], { protocol: 'HTTP' }),
  }
  const receive = async (kind: keyof typeof ports, seed: number): Promise<string> => {
    const to = { host: '127.0.0.1', port: ports[kind] }
    const socket = kind === 'tls' ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to)
    t.teardown(() => socket.destroy())
    await once(socket, kind === 'tls' ? 'secureConnect' : 'connect')
    socket.write(
      kind === 'http' ? `GET /${seed} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n` : String(seed),
    )
    const bytes = await readSlowly(socket)
    return hashOf(kind === 'http' ? bytes.subarray(bytes.indexOf('\r\n\r\n') + 4) : bytes)
  }
  for (const kind of ['tcp', 'tls', 'http'] as const) {
    const hashes = await Promise.all(seeds.map((seed) => receive(kind, seed)))
    t.same(
      hashes,
      seeds.map((seed) => hashOf(contents.get(seed) ?? Buffer.alloc(0))),
      kind,
    )
  }
})
