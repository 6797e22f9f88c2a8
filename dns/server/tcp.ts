/** Answers over TCP: several questions at a time, within bounds (RFC 7766). */
import { once } from 'node:events'
import { createServer, isIPv6, type Socket } from 'node:net'
import { type Endpoint, formatEndpoint } from '../../proto/routing/endpoint.ts'
import type { Responder } from '../answer/respond.ts'
import { cannotListen } from './listen-error.ts'
import { serveStream } from './stream.ts'

export interface TcpLimits {
  /** Of one process. */
  connections: number
  connectionsPerClient: number
  /** How long one may be without a whole question. */
  idleMs: number
}

export interface TcpOptions extends Endpoint {
  responder: Responder
  limits: TcpLimits
  shared: boolean
}

/** @throws UnavailableError `LISTEN_FAILED` */
export async function listenTcp(options: TcpOptions): Promise<() => Promise<void>> {
  const { address, port, responder, limits } = options
  const connections = new Set<Socket>()
  const perClient = new Map<string, number>()
  const server = createServer({ noDelay: true }, (socket) => {
    const client = socket.remoteAddress ?? ''
    const count = perClient.get(client) ?? 0
    socket.on('error', ignore)
    if (client === '' || count >= limits.connectionsPerClient) {
      socket.destroy()
      return
    }
    perClient.set(client, count + 1)
    connections.add(socket)
    socket.once('close', () => {
      connections.delete(socket)
      const left = (perClient.get(client) ?? 1) - 1
      if (left === 0) perClient.delete(client)
      else perClient.set(client, left)
    })
    serveStream({ socket, client, responder, idleMs: limits.idleMs })
  })
  server.maxConnections = limits.connections
  try {
    server.listen({ host: address, port, ipv6Only: isIPv6(address), reusePort: options.shared })
    await once(server, 'listening')
  } catch (error) {
    server.close()
    throw cannotListen(formatEndpoint(options), error)
  }
  server.on('error', ignore)
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of connections) socket.destroy()
    await closed
  }
}

function ignore(): void {}
