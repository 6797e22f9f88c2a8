import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { cut } from '../../../proxy/tcp/cut.ts'

export interface TcpBackend {
  port: number
  /** Those that are open. */
  sockets: Set<Socket>
  /** How many there ever were. */
  accepted(): number
  /** Ends all, as a machine does that goes away. */
  reset(): void
  close(): Promise<void>
}

/** @param onConnection @default answers each piece with the name and the piece */
export async function tcpBackend(
  t: Test,
  name: string,
  onConnection: (socket: Socket) => void = (socket) =>
    socket.on('data', (chunk: Buffer) => socket.write(`${name}:${chunk}`)),
): Promise<TcpBackend> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('end', () => socket.end())
    onConnection(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const reset = () => {
    for (const socket of sockets) cut(socket)
  }
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    reset()
    await closed
  }
  t.teardown(close)
  return { port: (server.address() as AddressInfo).port, sockets, accepted: () => accepted, reset, close }
}

export interface TestClient {
  socket: Socket
  /** All that came so far. */
  text(): string
  /** Answers when so much of it is there; throws when the connection ends before. */
  sees(text: string): Promise<void>
  /** `end` for an orderly one. */
  closed: Promise<'end' | 'error'>
}

export async function tcpClient(t: Test, port: number, host = '127.0.0.1'): Promise<TestClient> {
  const socket = connect({ port, host })
  t.teardown(() => socket.destroy())
  let text = ''
  let failed = false
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', () => {
    failed = true
  })
  const closed = new Promise<'end' | 'error'>((resolve) => {
    socket.on('close', () => resolve(failed ? 'error' : 'end'))
  })
  // It may be turned away at once.
  await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), closed])
  const sees = (wanted: string) =>
    until(() => {
      if (!text.includes(wanted) && socket.destroyed) throw new Error(`it ended before ${wanted}`)
      return text.includes(wanted)
    })
  return { socket, text: () => text, sees, closed }
}

/** Answers when it holds; the test's own time is the bound. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(5)
}
