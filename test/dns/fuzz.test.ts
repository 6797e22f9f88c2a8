/** Broken packets in great number: the server is alive, has grown no larger, and answers as before. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import t from 'tap'
import { ednsRecord } from '../../proto/dns/edns.ts'
import { messageBytes, readMessage } from '../../proto/dns/message.ts'
import { signMessage } from '../../proto/dns/tsig/sign.ts'
import { query, record } from './support/messages.ts'
import { nsupdate, secret, serveProgram } from './support/program.ts'

const packets = process.env['CLEAVE_TEST_LONG'] === '1' ? 2_000_000 : 100_000
// As many as the socket of the server has room for while it does something else.
const batch = 200
const seed = 20_261_126
/**
 * From the least of the first half to the least of the second, as what waits to be collected comes and goes. The first tenth does not
 * count: until then the cache of answers and the compiled code grow.
 */
const mostGrowthMiB = 8

/** The same numbers on every run (mulberry32). */
function createRandom(state: number): (below: number) => number {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const edns = ednsRecord({
  datagramSize: 1232,
  version: 0,
  extendedCode: 0,
  dnssecOk: true,
  options: Buffer.from('000a0008aaaaaaaaaaaaaaaa', 'hex'),
})
const update = query('example.org. SOA', {
  opcode: 5,
  answers: [{ ...record('a.example.org. 0 A 1.1.1.1'), class: 254, data: Buffer.alloc(0) }],
  authorities: [record('fuzz.example.org. 2 SRV 0 0 1 a.example.org.'), record('fuzz.example.org. 2 TXT x')],
})
const key = { name: 'key.', algorithm: 'hmac-sha256', secret: Buffer.from(secret, 'base64') } as const
const originals = [
  messageBytes(query('known.example.org. A')),
  messageBytes(query('a.b.wild.example.org. ANY', { additionals: [edns] })),
  messageBytes(query('no.example.org. AAAA', { additionals: [edns], opcode: 4 })),
  messageBytes(query('example.org. AXFR')),
  messageBytes(query('example.org. IXFR', { authorities: [record('example.org. 0 SOA a. b. 1 1 1 1 1')] })),
  messageBytes(update),
  signMessage({ bytes: messageBytes(update), key, atSeconds: 1_000_000 }).bytes,
  signMessage({ bytes: messageBytes(query('known.example.org. TXT')), key, atSeconds: 1_000_000 }).bytes,
]

function mutate(random: (below: number) => number): Buffer {
  const original = originals[random(originals.length)] ?? Buffer.alloc(0)
  let bytes = Buffer.from(original)
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(bytes.length || 1)
    const way = random(7)
    if (way === 0) bytes = bytes.subarray(0, at)
    else if (way === 1) bytes = Buffer.concat([bytes, bytes.subarray(at)])
    else if (way === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(9))])
    else if (way === 3 && bytes.length > 12) bytes.writeUInt16BE(random(0x10000), 4 + 2 * random(4))
    else if (way === 4 && at + 1 < bytes.length) bytes.writeUInt16BE(0xc000 | random(bytes.length), at)
    else if (bytes.length > 0) bytes[at] = way === 5 ? random(256) : (bytes[at] ?? 0) ^ (1 << random(8))
  }
  return bytes
}

const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
const openFiles = (pid: number): number =>
  Number(/FDSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

/** Datagrams that the kernel threw away, as there was no room. */
function dropped(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const line = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .find((one) => one.includes(` ${local} 00000000:0000 `))
  return Number(line?.trim().split(/\s+/).at(-1))
}

t.test(`${packets} broken packets`, { timeout: 600_000 }, async (t) => {
  const { port, pid, log } = await serveProgram(t, { tcp: { connectionsPerClient: 2000 } })
  await nsupdate(port, ['update add known.example.org 2 A 10.0.0.1', 'update add *.wild.example.org 2 TXT x'])
  const random = createRandom(seed)
  const socket = createSocket('udp4')
  t.teardown(() => socket.close())
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  let broken = 0
  let nextId = 0

  /** A good question, answered after all that came before it. */
  const answered = async (): Promise<void> => {
    nextId = (nextId + 1) % 0x10000
    const question = messageBytes(query('known.example.org. A', { id: nextId }))
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), 10_000)
    const again = setInterval(() => socket.send(question), 500)
    socket.send(question)
    try {
      for await (const [bytes] of on(abort.signal)) {
        if (!isAnswer(bytes, nextId)) continue
        return
      }
    } finally {
      clearTimeout(timer)
      clearInterval(again)
    }
  }
  async function* on(signal: AbortSignal): AsyncGenerator<[Buffer]> {
    for (;;) yield (await once(socket, 'message', { signal })) as [Buffer]
  }
  const isAnswer = (bytes: Buffer, id: number): boolean => {
    if (bytes.length < 12 || bytes.readUInt16BE(0) !== id) return false
    try {
      const message = readMessage(bytes)
      return message.answers[0]?.data.equals(Buffer.of(10, 0, 0, 1)) === true
    } catch {
      return false
    }
  }
  socket.on('message', (bytes) => {
    try {
      readMessage(bytes)
    } catch {
      broken += 1
    }
  })

  const least = { early: Number.POSITIVE_INFINITY, late: Number.POSITIVE_INFINITY }
  for (let sent = 0; sent < packets; sent += batch) {
    for (let index = 0; index < batch; index++) socket.send(mutate(random))
    await answered()
    const half = sent < packets / 2 ? 'early' : 'late'
    if (sent >= packets / 10) least[half] = Math.min(least[half], residentMiB(pid))
  }
  const grown = least.late - least.early
  t.ok(grown < mostGrowthMiB, `grown by ${grown.toFixed(1)} MiB`)
  t.equal(dropped(port), 0, 'it got all of them')
  t.equal(broken, 0, 'every answer is a message')
  t.notMatch(log(), /"level":"error"/)

  const files = openFiles(pid)
  for (let round = 0; round < 300; round++) {
    const stream = connect(port, '127.0.0.1')
    stream.on('error', () => {})
    const bytes = Buffer.concat(Array.from({ length: 4 }, () => mutate(random)))
    stream.end(random(2) === 0 ? bytes : Buffer.concat([Buffer.of(0, bytes.length & 255), bytes]))
    stream.resume()
    await once(stream, 'close')
  }
  await answered()
  t.ok(openFiles(pid) <= files * 2, 'and no connection is left')
})
