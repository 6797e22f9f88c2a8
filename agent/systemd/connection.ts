/** A D-Bus connection from process to process, with no message bus in between. */
import { createConnection, type Socket } from 'node:net'
import type { Message } from 'dbus-native'
import { marshall, unmarshalMessages } from 'dbus-native/lib/message.js'

export interface Connection extends Disposable {
  /**
   * Sends a method call. Throws when the other side hangs up, says what nobody can read, or takes too long.
   *
   * @returns the answer, which may be an error
   */
  call(message: Message): Promise<Message>
  /** Has `listener` called with each signal that comes. @returns what ends that */
  listen(listener: (signal: Message) => void): () => void
  /** Rejects when the connection is lost. */
  lost: Promise<never>
}

// Of the D-Bus specification, Message Format.
export const messageType = { call: 1, error: 3, signal: 4 } as const

// A thousand units in one answer take 0.3 MB.
const longestMessage = 16_000_000
const longestGreeting = 1000
// Mostly milliseconds; but systemd answers nobody while it reads all its files again.
const answerMilliseconds = 30_000

/** Throws when nobody listens there, or who does won't have us. */
export async function connect(path: string): Promise<Connection> {
  const socket = createConnection(path)
  const { promise: lost, reject: lose } = Promise.withResolvers<never>()
  socket.on('error', lose).on('close', () => lose(new Error('it hung up')))
  // Whoever waits then is told; nobody has to.
  lost.catch(() => undefined)
  try {
    await inTime(Promise.race([shakeHands(socket), lost]))
  } catch (error) {
    socket.destroy()
    throw error
  }
  return converse({ socket, lost, lose })
}

/**
 * `BEGIN` goes at once, as systemd's own library has it. Sent after the answer it may come together with the first message, and
 * that is not read by systemd before something else comes.
 */
async function shakeHands(socket: Socket): Promise<void> {
  const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
  socket.write(`\0AUTH EXTERNAL ${user}\r\nBEGIN\r\n`)
  let heard = Buffer.alloc(0)
  while (!heard.includes('\n')) {
    const { promise: readable, resolve } = Promise.withResolvers<void>()
    socket.once('readable', resolve)
    await readable
    heard = Buffer.concat([heard, socket.read() ?? Buffer.alloc(0)])
    if (heard.length > longestGreeting) break
  }
  const end = heard.indexOf('\n')
  if (!heard.toString('latin1', 0, end).startsWith('OK ')) throw new Error('it does not let us in')
  if (heard.length > end + 1) socket.unshift(heard.subarray(end + 1))
}

interface Line {
  socket: Socket
  lost: Promise<never>
  lose(error: Error): void
}

function converse({ socket, lost, lose }: Line): Connection {
  const answers = new Map<number, (answer: Message) => void>()
  const listeners = new Set<(signal: Message) => void>()
  const hear = (message: Message) => {
    if (message.type === messageType.signal) for (const listener of listeners) listener(message)
    else answers.get(message.replySerial ?? 0)?.(message)
  }
  unmarshalMessages(socket, hear, { maxMessageSize: longestMessage }, lose)
  let serial = 0
  return {
    async call(message) {
      serial += 1
      const own = serial
      const { promise: answer, resolve } = Promise.withResolvers<Message>()
      answers.set(own, resolve)
      try {
        socket.write(marshall({ ...message, serial: own }))
        return await inTime(Promise.race([answer, lost]))
      } finally {
        answers.delete(own)
      }
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    lost,
    [Symbol.dispose]: () => socket.destroy(),
  }
}

/** By a timer of its own: a signal that is aborted makes an error with a stack, in time that most calls do not take. */
async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const isLate = () => reject(new Error(`no answer within ${answerMilliseconds / 1000} s`))
  const timer = setTimeout(isLate, answerMilliseconds)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
