import type { Duplex } from 'node:stream'
import t from 'tap'
import { createSessions } from '../../../agent/channel/sessions.ts'
import { createCounters, everySession } from '../../../proto/frames/counters.ts'
import { createFrameDecoder } from '../../../proto/frames/decoder.ts'
import { encodeFrame, type Frame } from '../../../proto/frames/frame.ts'
import { greet } from '../../../proto/frames/greeting.ts'
import { protocolVersion } from '../../../proto/version.ts'

function createBench(unreadMs?: number) {
  const sent: Frame[] = []
  const begun: Duplex[] = []
  const decode = createFrameDecoder()
  let paused = false
  const sessions = createSessions({
    link: {
      write: (bytes, done) => {
        sent.push(...decode(bytes))
        done()
      },
      pause: () => {
        paused = true
      },
      resume: () => {
        paused = false
      },
    },
    onSession: (stream) => begun.push(stream),
    ...(unreadMs === undefined ? {} : { unreadMs }),
  })
  return { sessions, sent, begun, isPaused: () => paused }
}

const open = (session: bigint) => encodeFrame(greet('open', session, protocolVersion))

t.test('a new host gets a session of its own, and the old one fails', async (t) => {
  const { sessions, sent, begun } = createBench()
  sessions.receive(open(1n))
  const failed = new Promise<Error>((resolve) => begun[0]?.once('error', resolve))
  sessions.receive(open(2n))
  t.match((await failed).message, /took over/)
  sessions.receive(encodeFrame(createCounters(2n).send('data', Buffer.from('hello'))))
  t.equal(begun[1]?.read()?.toString(), 'hello')
  begun[1]?.write('answer')
  await new Promise(setImmediate)
  t.match(sent, [
    { type: 'close', session: everySession },
    { type: 'accept', session: 1n },
    { type: 'accept', session: 2n },
    { type: 'data', session: 2n, sequence: 1, payload: Buffer.from('answer') },
  ])
})

t.test('a session that does not read is ended, so that the next host is heard', async (t) => {
  const { sessions, begun, isPaused } = createBench(20)
  sessions.receive(open(1n))
  const { send } = createCounters(1n)
  while (!isPaused()) sessions.receive(encodeFrame(send('data', Buffer.alloc(30_000))))
  await new Promise((resolve) => begun[0]?.once('close', resolve))
  t.notOk(isPaused())
  sessions.receive(open(2n))
  t.equal(begun.length, 2)
})

t.test('when the host has gone, its session fails and the next one begins', async (t) => {
  const { sessions, begun } = createBench()
  sessions.receive(open(1n))
  const failed = new Promise<Error>((resolve) => begun[0]?.once('error', resolve))
  sessions.lost('the host left')
  t.equal((await failed).message, 'the host left')
  sessions.receive(open(1n))
  t.equal(begun.length, 1, 'a repeated open of the lost session begins nothing')
  sessions.receive(open(2n))
  t.equal(begun.length, 2)
})

t.test('bytes that are no frames change nothing', (t) => {
  const { sessions, sent, begun } = createBench()
  sessions.receive(Buffer.alloc(200_000, 'x'))
  sessions.receive(Buffer.from('\0\0\0GET / HTTP/1.1\r\n\r\n\0'))
  t.match(sent, [{ type: 'close', session: everySession }], 'only what an agent says when it starts')
  t.equal(sent.length, 1)
  t.same(begun, [])
  t.end()
})
