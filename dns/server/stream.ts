/** One connection: messages after their lengths, answered as they come. */
import type { Socket } from 'node:net'
import type { Responder } from '../answer/respond.ts'
import { createMessageSplitter } from './split-stream.ts'

export interface StreamOptions {
  socket: Socket
  client: string
  responder: Responder
  idleMs: number
}

/** Answers that are under way for one connection before no more of it is read. */
const mostUnderWay = 64

/** Ends with the connection. It is closed when no whole question comes for too long, also when bytes do. */
export function serveStream({ socket, client, responder, idleMs }: StreamOptions): void {
  const splitter = createMessageSplitter()
  let underWay = 0
  const idle = setTimeout(() => socket.destroy(), idleMs)
  socket.once('close', () => clearTimeout(idle))

  const later = async (reply: Promise<Iterable<Buffer>>): Promise<void> => {
    underWay += 1
    try {
      for (const message of await reply) {
        if (socket.destroyed) return
        if (!socket.write(framed([message]))) await drained(socket)
        idle.refresh()
      }
    } catch {
      socket.destroy()
    } finally {
      underWay -= 1
      goOn()
    }
  }
  const goOn = (): void => {
    if (socket.isPaused() && underWay < mostUnderWay && !socket.writableNeedDrain) socket.resume()
  }
  socket.on('drain', goOn)
  socket.on('data', (chunk) => {
    const replies: Buffer[] = []
    const messages = splitter.take(chunk)
    for (const bytes of messages) {
      const reply = responder.respond(bytes, { address: client, way: 'stream' })
      if (reply instanceof Promise) void later(reply)
      else if (reply !== undefined) replies.push(reply)
    }
    if (messages.length > 0) idle.refresh()
    const isFull = replies.length > 0 && !socket.write(framed(replies))
    if (isFull || underWay >= mostUnderWay) socket.pause()
  })
}

/** In one piece, for one system call. */
function framed(messages: readonly Buffer[]): Buffer {
  const size = messages.reduce((sum, { length }) => sum + length + 2, 0)
  const whole = Buffer.allocUnsafe(size)
  let at = 0
  for (const message of messages) {
    whole.writeUInt16BE(message.length, at)
    message.copy(whole, at + 2)
    at += message.length + 2
  }
  return whole
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}
