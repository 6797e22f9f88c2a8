/** Answers datagrams. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { type Endpoint, formatEndpoint } from '../../proto/routing/endpoint.ts'
import type { Responder } from '../answer/respond.ts'
import { plainAddress } from '../networks.ts'
import type { Limiter } from '../rate/limiter.ts'
import { shortened } from '../rate/shortened.ts'
import { cannotListen } from './listen-error.ts'
import { createOutbox } from './outbox.ts'

export interface UdpOptions extends Endpoint {
  responder: Responder
  /** None: every answer is sent. */
  limiter?: Limiter
  /** Other processes listen there as well. */
  shared: boolean
}

// Bursts wait there, instead of being lost. The kernel gives what it allows.
const bufferBytes = 4 * 1024 * 1024
const mostUnderWay = 1024

/** @throws UnavailableError `LISTEN_FAILED` */
export async function listenUdp(options: UdpOptions): Promise<() => Promise<void>> {
  const { address, port, responder, limiter } = options
  const family = isIPv6(address) ? 6 : 4
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    ipv6Only: family === 6,
    reusePort: options.shared,
    // Senders are addresses: to look each up would cost a tenth of the time of an answer.
    lookup: (host, _options, found) => found(null, host, family),
  })
  const outbox = createOutbox(socket)
  const send = (bytes: Buffer, { address, port }: RemoteInfo): void => {
    const limited = limiter === undefined ? bytes : limit(limiter, bytes, address)
    if (limited !== undefined) outbox.send({ bytes: limited, port, address })
  }
  let underWay = 0
  socket.on('message', (bytes, client) => {
    const reply = responder.respond(bytes, { address: client.address, way: 'datagram' })
    if (reply === undefined) return
    if (!(reply instanceof Promise)) return send(reply, client)
    // The client asks again.
    if (underWay >= mostUnderWay) return
    underWay += 1
    void reply.then((messages) => {
      underWay -= 1
      for (const message of messages) send(message, client)
    })
  })
  try {
    // As looking up takes no time, it may listen before bind() returns.
    const listening = once(socket, 'listening')
    socket.bind({ address, port })
    await listening
  } catch (error) {
    socket.close()
    throw cannotListen(formatEndpoint(options), error)
  }
  enlargeBuffers(socket)
  socket.on('error', ignore)
  return () => {
    outbox.close()
    return new Promise((resolve) => socket.close(() => resolve()))
  }
}

function limit(limiter: Limiter, bytes: Buffer, address: string): Buffer | undefined {
  const decision = limiter.decide(plainAddress(address), bytes, performance.now())
  if (decision === 'send') return bytes
  return decision === 'shorten' ? shortened(bytes) : undefined
}

function enlargeBuffers(socket: Socket): void {
  socket.setRecvBufferSize(bufferBytes)
  socket.setSendBufferSize(bufferBytes)
}

function ignore(): void {}
