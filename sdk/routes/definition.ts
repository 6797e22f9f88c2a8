/** What the file routes.yaml says of one route, with everything that it leaves out filled in. Plain data: it is kept in the store. */
import type { Naming, Proxying } from '../../proto/generated/route-messages.ts'

export interface RouteDefinition {
  /** Unique; as proto/routes.proto says. */
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
  /** When a group that was started again serves. */
  ready: ReadinessDefinition
  proxying?: Proxying
  naming?: Naming
  haproxy?: HaproxyDefinition
}

export interface ReadinessDefinition {
  /** That is answered with less than 400. Empty: it accepts a connection. */
  path: string
  /** How long clients go on waiting for it. */
  milliseconds: number
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

/** True when both lead to the same places, in whichever order and machine. */
export function sameAddresses(some: readonly RouteBackend[], others: readonly RouteBackend[]): boolean {
  const places = (backends: readonly RouteBackend[]) =>
    backends
      .map(({ address, port }) => `${address} ${port}`)
      .sort()
      .join()
  return places(some) === places(others)
}
