/** Serves the routing service: on a unix socket for the owner of the process, over TCP with mutual TLS. */
import { isIPv6 } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import * as z from 'zod'
import { UnavailableError } from '../errors.ts'
import { listenOnUnixSocket } from '../unix-socket.ts'
import { routeServices } from './definition.ts'
import { parseEndpoint } from './endpoint.ts'
import { longestList, longestMessage } from './limits.ts'
import { mutualTlsSchema, readMutualTls } from './mutual-tls.ts'
import type { Routes } from './routes.ts'
import { type OnFailure, routesService } from './service.ts'

/** The part `control` of a server's settings. */
export const controlSchema = z.strictObject({
  /** Where programs of the same user, and root, speak gRPC with it. */
  socket: z.string().startsWith('/', 'expected an absolute path').max(107).optional(),
  tcp: z
    .strictObject({
      listen: z
        .string()
        .refine((text) => parseEndpoint(text) !== undefined, 'expected an address and a port'),
      tls: mutualTlsSchema,
    })
    .optional(),
})

export interface ServeRoutesOptions {
  routes: Routes
  control: z.output<typeof controlSchema>
  onFailure: OnFailure
}

export interface ServedRoutes {
  /** Reads the certificate, key and authority again. @throws UnavailableError `NO_CERTIFICATE`; the old ones stay */
  reload(): Promise<void>
  /** Takes no more calls, lets those that run end within `graceMs`, then ends all. */
  close(graceMs: number): Promise<void>
}

// Of each way.
const mostConnections = 256
const handshakeMs = 5_000
const callsPerConnection = 64

/**
 * @throws BusyError `CONTROL_TAKEN` when another process answers on the socket
 * @throws UnavailableError `CONTROL_FAILED`, `NO_CERTIFICATE`
 */
export async function serveRoutes({ routes, control, onFailure }: ServeRoutesOptions): Promise<ServedRoutes> {
  const server = new Server({
    'grpc.max_receive_message_length': longestMessage,
    'grpc.max_send_message_length': longestList,
    'grpc.max_concurrent_streams': callsPerConnection,
    // A watcher whose machine is gone says nothing more.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.enable_channelz': 0,
  })
  server.addService(routeServices.Routes.service, routesService(routes, onFailure))
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())

  const closings: (() => Promise<void>)[] = []
  let reload = async (): Promise<void> => {}
  if (control.socket !== undefined) {
    const close = await listenOnUnixSocket({
      path: control.socket,
      onConnection: (socket) => injector.injectConnection(socket),
      mostConnections,
      taken: { code: 'CONTROL_TAKEN', remedy: 'Stop it first, or set control.socket to another path.' },
      failed: {
        code: 'CONTROL_FAILED',
        remedy: 'Check that its folder exists and that this user may write in it.',
      },
    })
    closings.push(close)
  }
  if (control.tcp !== undefined) {
    try {
      const tcp = await listenOnTcp(control.tcp, (socket) => injector.injectConnection(socket))
      closings.push(tcp.close)
      reload = tcp.reload
    } catch (error) {
      await Promise.all(closings.map((close) => close()))
      throw error
    }
  }
  return {
    reload: () => reload(),
    close: async (graceMs) => {
      const drained = new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs)
      })
      await Promise.race([drained, late])
      clearTimeout(timer)
      await Promise.all(closings.map((close) => close()))
      server.forceShutdown()
    },
  }
}

async function listenOnTcp(
  { listen, tls }: NonNullable<z.output<typeof controlSchema>['tcp']>,
  onConnection: (socket: TLSSocket) => void,
): Promise<{ close(): Promise<void>; reload(): Promise<void> }> {
  const connections = new Set<TLSSocket>()
  const server = createServer(
    {
      ...(await readMutualTls(tls)),
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: handshakeMs,
      ALPNProtocols: ['h2'],
    },
    (socket) => {
      connections.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => connections.delete(socket))
      onConnection(socket)
    },
  )
  server.maxConnections = mostConnections
  const { address, port } = parseEndpoint(listen) as { address: string; port: number }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new UnavailableError({
          code: 'CONTROL_FAILED',
          message: `cannot listen on ${listen}: ${cause.message}`,
          remedy: 'Set control.tcp.listen to an address of this host and a free port.',
          cause,
        }),
      )
    })
    server.listen({ host: address, port, ipv6Only: isIPv6(address) }, resolve)
  })
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of connections) socket.destroy()
      await closed
    },
    reload: async () => server.setSecureContext(await readMutualTls(tls)),
  }
}
