/** Answers over TCP: several questions at a time, within bounds (RFC 7766). */
import { once } from 'node:events'
import { createServer, isIPv6 } from 'node:net'
import { type Endpoint, formatEndpoint } from '../../proto/routing/endpoint.ts'
import type { Responder } from '../answer/respond.ts'
import { createConnectionLimit } from './connection-limit.ts'
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
  const connections = createConnectionLimit(limits.connectionsPerClient)
  const server = createServer({ noDelay: true }, (socket) => {
    const client = socket.remoteAddress ?? ''
    if (connections.admit(socket)) serveStream({ socket, client, responder, idleMs: limits.idleMs })
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
    connections.close()
    await closed
  }
}

function ignore(): void {}
