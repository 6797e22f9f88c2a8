/** What keeps clients over TCP, floods and other servers within bounds. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createMessageSplitter } from '../../dns/server/split-stream.ts'
import { messageBytes, readMessage } from '../../proto/dns/message.ts'
import { makeCertificates } from '../proto/routing/certificates.ts'
import { freePort } from '../proto/routing/free-port.ts'
import { shortFolder } from '../sdk/hypervisor/qemu/short-folder.ts'
import { serveHere } from './support/here.ts'
import { query } from './support/messages.ts'
import { dig, nsupdate } from './support/program.ts'

/** Longer than the test may take. */
const never = 3_600_000

const framed = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes])
const question = (id: number): Buffer => framed(messageBytes(query('example.org. SOA', { id })))

async function open(t: Test, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Unlike once(), also when it ends with an error. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** Numbers of the answers until there are as many, or the connection ends. */
async function answers(socket: Socket, count: number): Promise<number[]> {
  const splitter = createMessageSplitter()
  const seen: number[] = []
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    seen.push(...splitter.take(chunk).map((bytes) => readMessage(bytes).id))
    if (seen.length >= count) break
  }
  return seen
}

t.test('several questions in one connection, in pieces', async (t) => {
  const { port } = await serveHere(t)
  const socket = await open(t, port)
  const ids = Array.from({ length: 300 }, (_, index) => index)
  const stream = Buffer.concat(ids.map(question))
  for (let at = 0; at < stream.length; at += 1000) socket.write(stream.subarray(at, at + 1000))
  t.same(await answers(socket, ids.length), ids)
  socket.write(question(5).subarray(0, 9))
  await delay(20)
  socket.end(question(5).subarray(9))
  t.same(await answers(socket, 1), [5], 'also when no more will come')
})

t.test('an idle connection ends, and one that only pretends', async (t) => {
  const { port } = await serveHere(t, { tcp: { idleMilliseconds: 300 } })
  const idle = await open(t, port)
  const slow = await open(t, port)
  const drip = setInterval(() => slow.write(Buffer.of(0)), 50)
  slow.write(Buffer.of(0xff))
  t.teardown(() => clearInterval(drip))
  idle.resume()
  slow.resume()
  await Promise.all([closed(idle), closed(slow)])
  t.match(await dig(port, 'example.org', 'SOA', '+tcp'), /status: NOERROR/)
})

t.test("one client can't take all connections", async (t) => {
  const { port } = await serveHere(t, {
    tcp: { connections: 4, connectionsPerClient: 3, idleMilliseconds: never },
  })
  const sockets = await Promise.all([1, 2, 3].map(() => open(t, port)))
  const more = await open(t, port)
  more.resume()
  await closed(more)
  sockets[0]?.destroy()
  await delay(50)
  const again = await open(t, port)
  again.write(question(9))
  t.same(await answers(again, 1), [9], 'until one of them ends')
})

t.test('nor over HTTPS, where most never say a word', async (t) => {
  const { localhost } = await makeCertificates(shortFolder(t), ['localhost'])
  const port = await freePort()
  const https = { listen: `127.0.0.1:${port}`, certificate: localhost.certificate, key: localhost.key }
  await serveHere(t, { https, tcp: { connectionsPerClient: 2, idleMilliseconds: never } })
  await Promise.all([open(t, port), open(t, port)])
  const more = await open(t, port)
  more.resume()
  await closed(more)
  t.pass('the third is ended')
})

t.test('a client that does not read is not waited for', async (t) => {
  const { port } = await serveHere(t, { tcp: { idleMilliseconds: 1000 } })
  const socket = await open(t, port)
  const many = Buffer.concat(Array.from({ length: 1000 }, (_, index) => question(index)))
  // Answers of 100 bytes each, more than the buffers of both sides have room for.
  const push = (): void => {
    while (socket.write(many));
  }
  socket.pause()
  socket.on('drain', push)
  push()
  await closed(socket)
  t.match(await dig(port, 'example.org', 'SOA'), /status: NOERROR/)
})

t.test('no more answers of one kind than the limit', async (t) => {
  const { port } = await serveHere(t, { rateLimit: { responsesPerSecond: 10, slip: 2 } })
  const socket = createSocket('udp4')
  t.teardown(() => socket.close())
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const seen = { whole: 0, shortened: 0 }
  socket.on('message', (bytes) => {
    seen[readMessage(bytes).truncated ? 'shortened' : 'whole'] += 1
  })
  for (let id = 0; id < 200; id++) socket.send(messageBytes(query('example.org. SOA', { id })))
  await delay(300)
  t.ok(seen.whole >= 20 && seen.whole < 60, `${seen.whole} whole answers`)
  t.ok(seen.shortened >= 60 && seen.shortened <= 100, `${seen.shortened} that ask to come by TCP`)
  t.match(await dig(port, 'example.org', 'SOA'), /status: NOERROR/, 'a true client gets its answer')
})

t.test('names of others are asked of other servers', async (t) => {
  const other = await serveHere(t, {
    zones: [{ name: 'other.test', updates: { networks: ['127.0.0.1'] } }],
  })
  const lines = Array.from({ length: 120 }, (_, index) => `update add many.other.test 9 A 10.3.0.${index}`)
  const updated = await nsupdate(
    other.port,
    ['zone other.test', 'update add a.other.test 9 A 10.3.0.1', ...lines],
    ['-v'],
  )
  t.equal(updated.exitCode, 0, updated.output)
  const silent = createSocket('udp4').bind(0, '127.0.0.1')
  t.teardown(() => silent.close())
  await once(silent, 'listening')
  const servers = [`127.0.0.1:${silent.address().port}`, `127.0.0.1:${other.port}`]
  const { port } = await serveHere(t, { forward: { servers, timeoutMilliseconds: 200 } })
  t.match(await dig(port, 'A.other.test', '+rec'), /flags: qr rd ra;.*A.other.test.\t+9\tIN\tA\t10.3.0.1/s)
  t.match(await dig(port, 'no.other.test', '+rec'), /NXDOMAIN.*SOA/s)
  t.match(await dig(port, 'many.other.test', '+rec'), /ANSWER: 120/, 'by TCP')
  t.match(await dig(port, 'a.other.test'), /REFUSED/, 'who does not ask for it')
  t.match(await dig(port, 'example.org', 'SOA', '+rec'), /flags: qr aa rd;/, 'own names are answered')
  await other.close()
  t.match(await dig(port, 'b.other.test', '+rec'), /SERVFAIL/)

  const closed = await serveHere(t, { forward: { servers, networks: ['10.0.0.0/8'] } })
  t.match(await dig(closed.port, 'a.other.test', '+rec'), /REFUSED/, 'who may not have it')
})
