/** The routing service of a proxy or DNS server, as those see it who move groups. */
import { checkServerIdentity, createSecureContext } from 'node:tls'
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type {
  BackendInput,
  RouteChange,
  RouteEvent,
  RouteInput,
  RouteStatus,
} from '../generated/route-messages.ts'
import { fromStatus } from '../status.ts'
import { routeDeadlines } from './deadlines.ts'
import { routeServices } from './definition.ts'
import { parseEndpoint } from './endpoint.ts'
import { longestList, longestMessage } from './limits.ts'
import { type MutualTlsFiles, readMutualTls } from './mutual-tls.ts'

export interface RoutesClientOptions {
  /** `unix:/run/cleave-proxy/control.sock`, or `10.0.0.1:7070` and `[fd00::1]:7070`, which need `tls`. */
  address: string
  /** For messages, such as `the proxy`. */
  peer: string
  tls?: MutualTlsFiles & {
    /** What the other side's certificate is for. @default the address */
    serverName?: string
  }
}

/**
 * Every call has a deadline (deadlines.ts) and throws what the server threw, or an `UnansweredError` (`NO_ANSWER`): then
 * the same call with the same number may be made again.
 *
 * Numbers go upwards for each route; 0, the default, stands for the next one.
 */
export interface RoutesClient extends AsyncDisposable {
  put(route: RouteInput): Promise<RouteChange>
  /** @param options.drainMs how long it waits until nothing is in flight; at most 60,000. @default 0 */
  hold(name: string, options?: { number?: number; drainMs?: number }): Promise<RouteChange>
  switch(name: string, backends: BackendInput[], options?: { number?: number }): Promise<RouteChange>
  release(name: string, options?: { number?: number }): Promise<RouteChange>
  delete(name: string, options?: { number?: number }): Promise<RouteChange>
  list(): Promise<RouteStatus[]>
  /**
   * All routes, then each change, until the loop is left or the signal comes. A route that changes faster than the loop takes
   * its events is told as it is last.
   */
  watch(options?: { signal?: AbortSignal }): AsyncIterable<RouteEvent>
  /** Also ends calls that are under way, which then throw. */
  close(): Promise<void>
}

interface Method<Request, Response> {
  path: string
  requestSerialize: (request: Request) => Buffer
  responseDeserialize: (bytes: Buffer) => Response
}

/** Connects with the first call. @throws UnavailableError `NO_CERTIFICATE` */
export async function connectRoutes({ address, peer, tls }: RoutesClientOptions): Promise<RoutesClient> {
  const target = address.startsWith('unix:') ? address : `ipv${address.startsWith('[') ? 6 : 4}:${address}`
  const client = new Client(target, await credentialsFor(address, tls), {
    'grpc.enable_retries': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_channelz': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': longestList,
    'grpc.max_send_message_length': longestMessage,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    // A server that starts again is found at once.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
    // Asked for by SNI, which must be no address; what counts is below.
    'grpc.ssl_target_name_override': tls?.serverName ?? 'routes.cleave',
  })
  const service = routeServices.Routes.service
  const explain = (error: ServiceError) =>
    fromStatus(error, peer, {
      unanswered: `Check that ${peer} runs at ${address}, then try again.`,
      failed: `See the log of ${peer}.`,
    })

  const underWay = new Set<{ cancel(): void }>()

  const ask = <Request, Response>(
    method: Method<Request, Response>,
    request: NoInfer<Request>,
    timeoutMs: number,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      const call = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        new Metadata(),
        { deadline: Date.now() + timeoutMs },
        (error, response) => {
          underWay.delete(call)
          if (error) reject(explain(error))
          else resolve(response as Response)
        },
      )
      underWay.add(call)
    })

  async function* watch({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<RouteEvent> {
    const { path, requestSerialize, responseDeserialize } = service.WatchRoutes
    const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {})
    const stop = () => call.cancel()
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
    try {
      underWay.add(call)
      yield* call
    } catch (error) {
      if (!signal?.aborted) throw explain(error as ServiceError)
    } finally {
      signal?.removeEventListener('abort', stop)
      // Emitted once more when the loop was left; nobody listens then.
      call.on('error', () => {})
      underWay.delete(call)
      call.cancel()
    }
  }

  const close = async (): Promise<void> => {
    client.close()
    for (const call of underWay) call.cancel()
  }
  return {
    put: (route) => ask(service.PutRoute, { route }, routeDeadlines.put),
    hold: (name, { number = 0, drainMs = 0 } = {}) =>
      ask(service.HoldRoute, { name, number, drainMilliseconds: drainMs }, routeDeadlines.hold + drainMs),
    switch: (name, backends, { number = 0 } = {}) =>
      ask(service.SwitchRoute, { name, number, backends }, routeDeadlines.switch),
    release: (name, { number = 0 } = {}) =>
      ask(service.ReleaseRoute, { name, number }, routeDeadlines.release),
    delete: (name, { number = 0 } = {}) => ask(service.DeleteRoute, { name, number }, routeDeadlines.delete),
    list: async () => (await ask(service.ListRoutes, {}, routeDeadlines.list)).routes,
    watch,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function credentialsFor(address: string, tls: RoutesClientOptions['tls']): Promise<ChannelCredentials> {
  if (tls === undefined) return credentials.createInsecure()
  const expected = tls.serverName ?? parseEndpoint(address)?.address ?? ''
  return credentials.createFromSecureContext(createSecureContext(await readMutualTls(tls)), {
    checkServerIdentity: (_asked, certificate) => checkServerIdentity(expected, certificate),
  })
}
