/** DNS over HTTPS (RFC 8484), with HTTP/2 and HTTP/1.1. */
import { once } from 'node:events'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { isIPv6, type Socket } from 'node:net'
import { type Endpoint, formatEndpoint } from '../../proto/routing/endpoint.ts'
import type { Responder } from '../answer/respond.ts'
import { createConnectionLimit } from './connection-limit.ts'
import { leastTtlOf } from './freshness.ts'
import { questionOf } from './https-question.ts'
import { cannotListen } from './listen-error.ts'
import type { TcpLimits } from './tcp.ts'

export interface HttpsOptions extends Endpoint {
  responder: Responder
  limits: TcpLimits
  shared: boolean
  readTls(): Promise<{ cert: Buffer; key: Buffer }>
}

const mediaType = 'application/dns-message'
const handshakeMs = 5_000
const mostStreams = 100

/** @throws UnavailableError `LISTEN_FAILED`, and what `readTls` throws */
export async function listenHttps(
  options: HttpsOptions,
): Promise<{ close(): Promise<void>; reload(): Promise<void> }> {
  const { address, port, responder, limits, readTls } = options
  const connections = createConnectionLimit(limits.connectionsPerClient)
  const server = createSecureServer({
    ...(await readTls()),
    allowHTTP1: true,
    minVersion: 'TLSv1.2',
    handshakeTimeout: handshakeMs,
    settings: { maxConcurrentStreams: mostStreams, maxHeaderListSize: 16_384 },
    maxSessionMemory: 2,
  })
  server.maxConnections = limits.connections
  // Before the handshake, so that one that never comes to an end counts, too.
  server.on('connection', (socket: Socket) => connections.admit(socket))
  server.on('secureConnection', (socket) => {
    socket.setTimeout(limits.idleMs, () => socket.destroy())
  })
  for (const event of ['tlsClientError', 'sessionError', 'clientError']) server.on(event, ignore)
  server.on('clientError', (_error, socket) => socket.destroy())
  server.on('request', (request, response) => {
    answer(request, response, responder).catch(() => response.stream?.destroy())
  })
  try {
    server.listen({ host: address, port, ipv6Only: isIPv6(address), reusePort: options.shared })
    await once(server, 'listening')
  } catch (error) {
    server.close()
    throw cannotListen(formatEndpoint(options), error)
  }
  server.on('error', ignore)
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      connections.close()
      await closed
    },
    reload: async () => server.setSecureContext(await readTls()),
  }
}

async function answer(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  responder: Responder,
): Promise<void> {
  request.on('error', ignore)
  response.on('error', ignore)
  const question = await questionOf(request)
  if ('status' in question) {
    response.writeHead(question.status, { 'content-type': 'text/plain' }).end(`${question.message}\n`)
    return
  }
  const address = request.socket.remoteAddress ?? ''
  const reply = responder.respond(question.bytes, { address, way: 'stream' })
  const [bytes, more] = reply instanceof Promise ? await reply : [reply]
  // A transfer is no single message.
  if (bytes === undefined || more !== undefined) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('this is no question\n')
    return
  }
  const age = leastTtlOf(bytes)
  response
    .writeHead(200, {
      'content-type': mediaType,
      'content-length': bytes.length,
      ...(age !== undefined && { 'cache-control': `max-age=${age}` }),
    })
    .end(bytes)
}

function ignore(): void {}
