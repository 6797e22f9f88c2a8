/** What the file routes.yaml says of one route, with everything that it leaves out filled in. Plain data: it is kept in the store. */

export interface RouteDefinition {
  /** Unique; see `isRouteName`. */
  name: string
  /** Whose clients it leads. */
  group: string
  /** The name of an endpoint that the group declares. */
  endpoint: string
  /** Names of those that serve it. */
  publishers: string[]
  /** Whether it leads to the group's service address, or to the machine's own. @default the first, where the group has one */
  to?: 'service-address' | 'machine'
  /** How long requests that are under way have, before their group is moved. */
  drainMilliseconds: number
  proxy?: ProxyDefinition
  dns?: DnsDefinition
  haproxy?: HaproxyDefinition
}

/** As `Proxying` of proto/routes.proto. */
export interface ProxyDefinition {
  listen: string
  protocol: 'tcp' | 'http' | 'udp'
  serverNames: string[]
  alpn: string[]
  onMove: 'end' | 'reconnect'
  tls?: { certificate: string; key: string }
  acceptProxyProtocol: boolean
  sendProxyProtocol: 'none' | 'v1' | 'v2'
  healthCheck?: { path: string; intervalMilliseconds: number; threshold: number }
  holdLimits?: { waiting: number; bytes: number; milliseconds: number }
}

/** As `Naming` of proto/routes.proto. */
export interface DnsDefinition {
  names: string[]
  ttlSeconds: number
  service: string
}

export interface HaproxyDefinition {
  /** The name of the section that has the servers, and of what hold.lua waits for. */
  backend: string
}

/** Where a route leads. */
export interface RouteBackend {
  /** IPv4 or IPv6, without prefix length. */
  address: string
  port: number
  /** The machine that it is in. */
  machine: string
}

/** A route as it is to be from a change on. */
export interface RouteState {
  definition: RouteDefinition
  /** Of the change: a later one has a higher one. */
  number: number
  backends: readonly RouteBackend[]
}

const routeName = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/

/** True for 1 to 63 lower-case letters, digits, dots and hyphens, with a letter or digit at both ends. */
export function isRouteName(text: string): boolean {
  return routeName.test(text)
}

/** True when both lead to the same places, in whichever order and machine. */
export function sameAddresses(some: readonly RouteBackend[], others: readonly RouteBackend[]): boolean {
  const places = (backends: readonly RouteBackend[]) =>
    backends
      .map(({ address, port }) => `${address} ${port}`)
      .sort()
      .join()
  return places(some) === places(others)
}
