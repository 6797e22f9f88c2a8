import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Message } from '../../proto/dns/message.ts'
import type { Endpoint } from '../../proto/routing/endpoint.ts'

export interface AskOptions {
  server: Endpoint
  bytes: Buffer
  /** What these bytes answer; undefined for anything else, which is passed over. */
  accept(reply: Buffer): Message | undefined
  timeoutMs: number
  /** Ends it early. */
  signal?: AbortSignal
}

/** Asks from a port of its own. Undefined when no answer comes in time. Throws nothing. */
export function askByDatagram(options: AskOptions): Promise<Message | undefined> {
  const { server, bytes, accept, timeoutMs, signal } = options
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
    const finish = (reply?: Message): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.close()
      resolve(reply)
    }
    const stop = (): void => finish()
    signal?.addEventListener('abort', stop, { once: true })
    const timer = setTimeout(stop, timeoutMs)
    socket.on('error', stop)
    socket.on('message', (reply) => {
      const message = accept(reply)
      if (message !== undefined) finish(message)
    })
    socket.connect(server.port, server.address, () => socket.send(bytes))
  })
}
