import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openAdopterSession } from '../../../sdk/guest/adopter-session.ts'

const order = { operation: 'split-1', child: 'front', entropy: Buffer.alloc(32), wallClockMicroseconds: 1e15 }

/** A port whose other end does as it is told with each order. */
async function openPort(answer: (line: string, socket: Socket) => void) {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-'))
  const path = join(folder, 'adopter.sock')
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('data', (chunk) => answer(String(chunk), socket))
  }).listen(path)
  await once(server, 'listening')
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

t.test('orders and their answers, in pieces too', async (t) => {
  await using port = await openPort((line, socket) => {
    socket.write(line.startsWith('adopt\tsplit-1\tfront\t') ? 'adop' : 'resumed\n')
    if (line.startsWith('adopt')) setTimeout(() => socket.write('ted\n'), 5)
  })
  using session = await openAdopterSession(port.path, 'the adopter of front')
  await t.resolves(session.adopt(order))
  await t.resolves(session.resume())
})

t.test('what the adopter stopped at is told, without what could harm a terminal', async (t) => {
  await using port = await openPort((_line, socket) => socket.write('failed\tnetwork\t\u001b[2Jno device\n'))
  using session = await openAdopterSession(port.path, 'the adopter of front')
  await t.rejects(session.adopt(order), {
    code: 'ADOPTER_STOPPED',
    message: /network: "\\u001b\[2Jno device"/,
  })
})

t.test('one that says something else, or goes, is no answer', async (t) => {
  await using port = await openPort((line, socket) => {
    if (line.startsWith('resume')) socket.destroy()
    else socket.write('resumed\n')
  })
  using session = await openAdopterSession(port.path, 'the adopter of front')
  await t.rejects(session.adopt(order), { code: 'NO_ANSWER' })
  await t.rejects(session.resume(), { code: 'NO_ANSWER', message: /is gone/ })
  await t.rejects(session.resume(), { code: 'NO_ANSWER' })
})

t.test('a port that nobody listens on', async (t) => {
  await t.rejects(openAdopterSession('/nowhere/adopter.sock', 'the adopter of front'), { code: 'NO_CHANNEL' })
})
