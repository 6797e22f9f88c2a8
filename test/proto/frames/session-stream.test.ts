import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createCounters } from '../../../proto/frames/counters.ts'
import { createFrameDecoder } from '../../../proto/frames/decoder.ts'
import { createSessionStream } from '../../../proto/frames/session-stream.ts'

/** Two ends of one session on a real socket. */
async function createPair() {
  const directory = await mkdtemp(join(tmpdir(), 'cleave-stream-'))
  const server = createServer().listen(join(directory, 'socket'))
  await once(server, 'listening')
  const near = connect(join(directory, 'socket'))
  const [far] = (await once(server, 'connection')) as [Socket]
  const streams = [near, far].map((socket): Duplex => {
    const counters = createCounters(1n)
    const decode = createFrameDecoder()
    const session = createSessionStream({
      counters,
      link: {
        write: (bytes, done) => void socket.write(bytes, done),
        pause: () => void socket.pause(),
        resume: () => void socket.resume(),
      },
      onClosed: () => {},
    })
    socket.on('data', (chunk: Buffer) => {
      for (const frame of decode(chunk)) {
        if (!counters.receive(frame)) throw new Error(`frame ${frame.sequence} is out of turn`)
        if (frame.type === 'data') session.deliver(frame.payload)
        else session.end()
      }
    })
    return session.stream
  })
  const [left, right] = streams as [Duplex, Duplex]
  return {
    left,
    right,
    sockets: [near, far],
    [Symbol.asyncDispose]: async () => {
      near.destroy()
      far.destroy()
      await new Promise((resolve) => server.close(resolve))
      await rm(directory, { recursive: true })
    },
  }
}

const megabyte = 1024 * 1024

t.test('50 MB to a reader that stops now and then: nothing is lost and nothing piles up', async (t) => {
  await using pair = await createPair()
  const piece = randomBytes(megabyte)
  const sent = createHash('sha256')
  const received = createHash('sha256')
  let written = 0
  let read = 0
  let furthest = 0

  const writing = (async () => {
    for (let count = 0; count < 50; count++) {
      sent.update(piece)
      written += piece.length
      if (!pair.left.write(piece)) await once(pair.left, 'drain')
    }
    pair.left.end()
  })()

  for await (const chunk of pair.right as AsyncIterable<Buffer>) {
    furthest = Math.max(furthest, written - read)
    received.update(chunk)
    // Five pauses in all.
    if (Math.floor((read + chunk.length) / (10 * megabyte)) > Math.floor(read / (10 * megabyte)))
      await delay(30)
    read += chunk.length
  }
  await writing
  t.equal(read, 50 * megabyte)
  t.equal(received.digest('hex'), sent.digest('hex'))
  t.ok(furthest < 4 * megabyte, `the writer was never more than 4 MB ahead: ${furthest}`)
})

t.test('the end of one side is the end of both', async (t) => {
  await using pair = await createPair()
  pair.right.resume()
  pair.left.resume()
  const closed = Promise.all([once(pair.left, 'close'), once(pair.right, 'close')])
  pair.left.end('last words')
  await closed
  t.ok(pair.left.destroyed && pair.right.destroyed)
})

t.test('what was sent before the end arrives', async (t) => {
  await using pair = await createPair()
  pair.left.write('a')
  pair.left.end('b')
  const chunks: Buffer[] = []
  for await (const chunk of pair.right as AsyncIterable<Buffer>) chunks.push(chunk)
  t.equal(Buffer.concat(chunks).toString(), 'ab')
})

t.test('a session that is over does not hold the link', async (t) => {
  await using pair = await createPair()
  pair.left.on('error', () => {})
  // More than both buffers hold, so that the link of the right side is paused.
  pair.left.write(Buffer.alloc(8 * megabyte))
  while (!pair.sockets[1]?.isPaused()) await delay(5)
  pair.right.destroy()
  t.notOk(pair.sockets[1]?.isPaused())
})
