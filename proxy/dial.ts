/** Connects to a backend. */
import { connect, type Socket } from 'node:net'
import { type Receive, readingFor } from './reading.ts'

/** A connection to a backend. What comes on it is no event: it goes to whoever has the connection. */
export interface BackendConnection {
  readonly socket: Socket
  receive: Receive
}

export interface DialOptions {
  address: string
  port: number
  timeoutMs: number
  onConnect: (connection: BackendConnection) => void
  /** Called once, instead. The backend was sent nothing. */
  onFailure: (error: NodeJS.ErrnoException) => void
}

/** @returns what gives it up; nobody is called then */
export function dial({ address, port, timeoutMs, onConnect, onFailure }: DialOptions): () => void {
  const onread = readingFor(() => connection.receive)
  const socket = connect({ host: address, port, noDelay: true, allowHalfOpen: true, onread })
  const connection: BackendConnection = { socket, receive: () => true }
  const stop = (): void => {
    clearTimeout(timer)
    clearImmediate(lastLook)
    socket.off('error', fail)
    socket.off('connect', succeed)
    socket.on('error', () => {})
  }
  const fail = (error: NodeJS.ErrnoException): void => {
    stop()
    socket.destroy()
    onFailure(error)
  }
  const succeed = (): void => {
    clearTimeout(timer)
    clearImmediate(lastLook)
    socket.off('error', fail)
    socket.setKeepAlive(true, keepAliveMs)
    onConnect(connection)
  }
  let lastLook: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    // When this process itself was held up, the connection may have been there for long.
    lastLook = setImmediate(() => fail(timedOut(address, port)))
  }, timeoutMs)
  socket.once('error', fail)
  socket.once('connect', succeed)
  return () => {
    stop()
    socket.destroy()
  }
}

/** A peer that is gone without a word is found out. */
export const keepAliveMs = 30_000

function timedOut(address: string, port: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`no answer from ${address} port ${port}`), { code: 'ETIMEDOUT' })
}

/** True when this process, and not the backend, is at its end. */
export function isOwnLack(error: NodeJS.ErrnoException): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL'].includes(error.code ?? '')
}
