/** Opens a session with an agent on a connected socket. */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Counters } from '../../proto/frames/counters.ts'
import { createFrameDecoder } from '../../proto/frames/decoder.ts'
import { encodeFrame } from '../../proto/frames/frame.ts'
import { createOpener, type OpenerAction } from '../../proto/frames/opener.ts'
import { createSessionStream, type Link, type SessionStream } from '../../proto/frames/session-stream.ts'
import { protocolVersion } from '../../proto/version.ts'
import { versionMismatch } from './version-mismatch.ts'

export interface OpenSessionOptions {
  socket: Socket
  /** For messages, such as `the agent of shop`. */
  peer: string
  /** @default proto/version.ts */
  version?: number
}

// The first open finds an agent that runs; the repetitions, one that starts meanwhile. A child of a split should
// not wait for the next one, a machine that boots may.
const shortestWaitMs = 10
const longestWaitMs = 100
const flushMs = 500

/**
 * Asks for a session until the agent grants it. The caller bounds the time by destroying the socket. From then on
 * socket and stream end together.
 *
 * @throws RefusedError `AGENT_VERSION` when the agent speaks another protocol
 * @throws Error when the socket is closed before
 */
export function openSession(options: OpenSessionOptions): Promise<Duplex> {
  const { socket, peer, version = protocolVersion } = options
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>()
  const opener = createOpener({ session: randomBytes(8).readBigUInt64BE(), version })
  const decode = createFrameDecoder()
  const openFrame = encodeFrame(opener.open)
  const link: Link = {
    write: (bytes, done) => void socket.write(bytes, done),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  }
  let session: SessionStream | undefined
  let timer: NodeJS.Timeout | undefined

  const ask = (waitMs: number): void => {
    // While nobody takes the last one, another one only fills the buffer.
    if (socket.writableLength === 0) socket.write(openFrame)
    timer = setTimeout(ask, waitMs, Math.min(2 * waitMs, longestWaitMs))
  }

  const begin = (counters: Counters): void => {
    clearTimeout(timer)
    session = createSessionStream({ counters, link, onClosed: () => closeSoon(socket) })
    resolve(session.stream)
  }

  const fail = (error: Error): void => {
    clearTimeout(timer)
    socket.destroy()
    reject(error)
  }

  const act = (action: OpenerAction | undefined): void => {
    switch (action?.do) {
      case 'begin':
        begin(action.counters)
        break
      case 'refused':
        fail(versionMismatch({ peer, agent: action.version, host: version }))
        break
      case 'deliver':
        session?.deliver(action.payload)
        break
      case 'end':
        if (session === undefined) fail(new Error(action.reason))
        else session.end(action.reason)
    }
  }

  // What went wrong is in the close that follows.
  socket.on('error', () => {})
  socket.once('close', () => {
    session?.end('the channel was closed')
    fail(new Error('the channel was closed'))
  })
  socket.on('data', (chunk: Buffer) => {
    for (const frame of decode(chunk)) act(opener.receive(frame))
  })
  ask(shortestWaitMs)
  return promise
}

/**
 * Closes a socket when what was written is on its way, which a machine that is stopped must not hold up. Our direction
 * only: the other end closes its own when it has seen that. What QEMU can't write, because nobody reads any more, before
 * it has noticed so, it never hands back to the guest, whose queue is full for good after 128 times.
 */
function closeSoon(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), flushMs)
  socket.once('close', () => clearTimeout(timer))
  socket.resume()
  socket.end()
}
