/** Listening sockets. */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { createServer, isIPv6, type Socket } from 'node:net'
import { UnavailableError } from '../../proto/errors.ts'
import { parseEndpoint } from '../../proto/routing/endpoint.ts'
import { keepAliveMs } from '../dial.ts'

export interface Listening {
  /** Takes no more; connections that there are go on. */
  stop(): Promise<void>
}

const backlog = 4096
const receiveBuffer = 1024 * 1024

/** @throws UnavailableError `LISTEN_FAILED` */
export async function listenTcp(listen: string, onConnection: (socket: Socket) => void): Promise<Listening> {
  const { address, port } = parsed(listen)
  const server = createServer(
    { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs },
    onConnection,
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(failure(listen, cause)))
    server.listen({ host: address, port, backlog, ipv6Only: isIPv6(address) }, resolve)
  })
  return {
    // It answers when all connections have ended, too: nobody waits for those.
    stop: async () => void server.close(),
  }
}

/** @throws UnavailableError `LISTEN_FAILED` */
export async function listenUdp(listen: string): Promise<DatagramSocket> {
  const { address, port } = parsed(listen)
  const six = isIPv6(address)
  const socket = createSocket({ type: six ? 'udp6' : 'udp4', ipv6Only: six, recvBufferSize: receiveBuffer })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close()
      reject(failure(listen, cause))
    })
    socket.bind({ address, port, exclusive: true }, resolve)
  })
  return socket
}

function parsed(listen: string): { address: string; port: number } {
  const endpoint = parseEndpoint(listen)
  if (endpoint === undefined) throw failure(listen, new Error('no address and port'))
  return endpoint
}

function failure(listen: string, cause: Error): UnavailableError {
  return new UnavailableError({
    code: 'LISTEN_FAILED',
    message: `cannot listen on ${listen}: ${cause.message}`,
    remedy: 'Name an address of this host, and a port that is free and that the proxy may use.',
    cause,
  })
}
