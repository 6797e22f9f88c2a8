/** The bytes of a monitor: messages in, commands out. */
import { createConnection } from 'node:net'
import { closed, malformed } from './errors.ts'
import { createLineSplitter } from './lines.ts'
import { parseMessage, type QmpMessage } from './message.ts'

export interface Connection {
  send(message: object): void
  /** Keeps this process alive while the promise is pending; an idle connection does not. */
  use<Result>(work: Promise<Result>): Promise<Result>
  end(reason: Error): void
}

export interface ConnectionOptions {
  path: string
  peer: string
  onMessage(message: QmpMessage): void
  /** Called once, whoever ended it. */
  onEnd(reason: Error): void
}

/** More than any answer to the commands used here, by far. */
const longestMessage = 4 * 1024 * 1024

export function openConnection({ path, peer, onMessage, onEnd }: ConnectionOptions): Connection {
  const socket = createConnection({ path })
  const lines = createLineSplitter({ longest: longestMessage })
  let users = 0
  let ended = false

  const end = (reason: Error) => {
    if (ended) return
    ended = true
    socket.destroy()
    onEnd(reason)
  }
  socket.on('data', (chunk) => {
    try {
      for (const line of lines.push(chunk)) onMessage(parseMessage(line))
    } catch (error) {
      end(malformed(peer, error))
    }
  })
  socket.on('error', (error) => end(closed(peer, error)))
  socket.on('close', () => end(closed(peer)))

  return {
    send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    async use(work) {
      users += 1
      socket.ref()
      try {
        return await work
      } finally {
        users -= 1
        if (users === 0) socket.unref()
      }
    },
    end,
  }
}
