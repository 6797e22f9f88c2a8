/** One address that the proxy listens on, with the routes that share it: finds out which of them each client is for. */
import type { Socket } from 'node:net'
import type { Context } from '../context.ts'
import type { Crowd } from '../crowd.ts'
import { type HttpClient, serveHttpClient } from '../http/client.ts'
import { ownAnswer } from '../http/write-heads.ts'
import { longestHeader, type Peers, type ReadHeader, readProxyHeader } from '../proxy-protocol/read.ts'
import type { RouteState } from '../route/route-state.ts'
import { serveTcpClient } from '../tcp/client.ts'
import { cut } from '../tcp/cut.ts'
import type { Certificate } from '../tls/certificates.ts'
import { type ClientHello, readClientHello } from '../tls/client-hello.ts'
import { endTls } from '../tls/end-tls.ts'
import type { Admission } from './admission.ts'
import { choose, needsTls, type ProxiedRoute } from './choose.ts'
import { readPreface } from './preface.ts'

/** A route as an endpoint needs it. */
export interface EndpointRoute extends ProxiedRoute {
  state: RouteState
  /** Where TLS is ended. */
  certificate: Certificate | undefined
}

export interface Endpoint {
  /** A new connection. */
  accept(socket: Socket): void
}

/** Those that are connected, wherever they came in: some outlive the address that they came to. */
export interface Clients {
  readonly sockets: Crowd<Socket>
  readonly http: Crowd<HttpClient>
}

const nothing = Buffer.alloc(0)

export function createEndpoint(options: {
  routes: () => readonly EndpointRoute[]
  admission: Admission
  clients: Clients
  context: Context
}): Endpoint {
  const { routes, admission, clients, context } = options

  const turnAway = (socket: Socket, address: string): void => {
    context.log('warning', 'a client was turned away: there are too many', { client: address })
    const [first] = routes()
    if (first === undefined || needsTls(first) || first.proxying.protocol !== 'HTTP') cut(socket)
    else
      socket.end(ownAnswer({ status: 503, text: 'too many clients', keepAlive: false }), () =>
        socket.destroy(),
      )
  }

  /** Counts a client in, by the address that it is known by. */
  const admit = (socket: Socket, address: string): boolean => {
    const leave = admission.admit(address)
    if (leave === undefined) {
      turnAway(socket, address)
      return false
    }
    const forget = clients.sockets.add(socket)
    socket.once('close', () => {
      leave()
      forget()
    })
    return true
  }

  const accept = (socket: Socket): void => {
    socket.on('error', () => {})
    const { remoteAddress, remotePort, localAddress, localPort } = socket
    // It is gone already.
    if (remoteAddress === undefined) return void socket.destroy()
    const peers: Peers = {
      source: { address: plain(remoteAddress), port: remotePort ?? 0 },
      destination: { address: plain(localAddress ?? ''), port: localPort ?? 0 },
    }
    if (routes()[0]?.proxying.acceptProxyProtocol !== true) {
      if (admit(socket, peers.source.address)) begin(socket, nothing, peers)
      return
    }
    readPrefaceHeader(socket, peers)
  }

  const readPrefaceHeader = (socket: Socket, peers: Peers): void => {
    readPreface<Exclude<ReadHeader, 'more'>>({
      socket,
      first: nothing,
      parse: (bytes) => {
        const read = readProxyHeader(bytes)
        return read === 'more' && bytes.length > longestHeader ? 'wrong' : read
      },
      context,
      onRead: (read, bytes) => {
        if (read === 'wrong') {
          cut(socket)
          return
        }
        const known = read.peers ?? peers
        if (admit(socket, known.source.address)) begin(socket, bytes.subarray(read.length), known)
      },
    })
  }

  /** What comes now is of the client itself. */
  const begin = (socket: Socket, first: Buffer, peers: Peers): void => {
    const shared = routes()
    const [route] = shared
    if (route === undefined) {
      cut(socket)
      return
    }
    if (!shared.some(needsTls)) {
      if (route.proxying.protocol === 'TCP')
        serveTcpClient({ socket, first, peers, route: route.state, context })
      else serveHttp(socket, first, peers, false)
      return
    }
    readPreface<ClientHello | 'wrong'>({
      socket,
      first,
      parse: readClientHello,
      context,
      onRead: (hello, bytes) => {
        const chosen = hello === 'wrong' ? undefined : choose(routes(), hello.serverName, hello.alpn)
        if (chosen === undefined) {
          cut(socket)
          return
        }
        const { certificate, state, proxying } = chosen
        if (certificate === undefined) {
          serveTcpClient({ socket, first: bytes, peers, route: state, context })
          return
        }
        const protocols = proxying.protocol === 'HTTP' ? ['http/1.1'] : proxying.alpn
        endTls({ socket, first: bytes, certificate, protocols, context }, (secure) => {
          if (proxying.protocol === 'HTTP') serveHttp(secure, nothing, peers, true)
          else serveTcpClient({ socket: secure, first: nothing, peers, route: state, context })
        })
      },
    })
  }

  const serveHttp = (socket: Socket, first: Buffer, peers: Peers, secure: boolean): void => {
    // A connection mostly asks one host.
    let last: { shared: readonly EndpointRoute[]; host: string; state: RouteState | undefined } | undefined
    const routeFor = (host: string): RouteState | undefined => {
      const shared = routes()
      if (last?.shared === shared && last.host === host) return last.state
      const ofHttp = shared.filter(
        ({ proxying }) => proxying.protocol === 'HTTP' && (proxying.tls !== null) === secure,
      )
      last = { shared, host, state: choose(ofHttp, host)?.state }
      return last.state
    }
    const { source, destination } = peers
    const origin = {
      clientAddress: source.address,
      localPort: destination.port,
      secure,
    }
    const client = serveHttpClient({ socket, first, origin, routeFor, context })
    socket.once('close', clients.http.add(client))
  }

  return { accept }
}

/** IPv4 within IPv6 is IPv4. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
