/** Which route of those that share an address a client is for, and which may share one. Pure. */
import { RefusedError } from '../../proto/errors.ts'
import type { Proxying, Route } from '../../proto/generated/route-messages.ts'

/** A route that a proxy serves. */
export type ProxiedRoute = Route & { proxying: Proxying }

export function isProxied(route: Route): route is ProxiedRoute {
  return route.proxying !== null
}

/** UDP and TCP have ports of their own. */
export function endpointOf({ proxying }: ProxiedRoute): string {
  return `${proxying.protocol === 'UDP' ? 'udp' : 'tcp'} ${proxying.listen}`
}

/** True for connections that have to begin with TLS. */
export function needsTls({ proxying }: ProxiedRoute): boolean {
  const { protocol, tls, serverNames, alpn } = proxying
  return tls !== null || (protocol === 'TCP' && (serverNames.length > 0 || alpn.length > 0))
}

/**
 * The route with the name itself, else with the name behind `*.`, else without names; among those the first that offers one of
 * the protocols, else one that asks for none.
 *
 * @param alpn what the client offers; undefined where nobody asked it
 */
export function choose<One extends ProxiedRoute>(
  routes: readonly One[],
  serverName: string,
  alpn?: readonly string[],
): One | undefined {
  const isWanted = ({ proxying }: One) =>
    alpn === undefined || proxying.alpn.some((one) => alpn.includes(one))
  const wildcard = `*${serverName.slice(Math.max(0, serverName.indexOf('.')))}`
  const levels = [
    (names: string[]) => names.includes(serverName),
    (names: string[]) => serverName.includes('.') && names.includes(wildcard),
    (names: string[]) => names.length === 0,
  ]
  for (const level of levels) {
    const named = routes.filter(({ proxying }) => level(proxying.serverNames))
    const found = named.find(isWanted) ?? named.find(({ proxying }) => proxying.alpn.length === 0)
    if (found !== undefined) return found
  }
  return undefined
}

/** @throws RefusedError `LISTEN_CONFLICT` when a route can't share its address with those that there are */
export function checkSharing(route: ProxiedRoute, others: readonly ProxiedRoute[]): void {
  for (const other of others) {
    if (other.name === route.name || endpointOf(other) !== endpointOf(route)) continue
    const reason = obstacle(route, other)
    if (reason === undefined) continue
    throw new RefusedError({
      code: 'LISTEN_CONFLICT',
      message: `route ${route.name} can't share ${route.proxying.listen} with ${other.name}: ${reason}`,
      remedy: 'Give it another address or port, or other server names.',
    })
  }
}

function obstacle(one: ProxiedRoute, other: ProxiedRoute): string | undefined {
  if (one.proxying.protocol === 'UDP') return 'UDP names no server'
  if (one.proxying.acceptProxyProtocol !== other.proxying.acceptProxyProtocol) {
    return 'the PROXY protocol comes first for all of them or for none'
  }
  if (needsTls(one) !== needsTls(other)) return 'one needs TLS, the other has none'
  if (!needsTls(one) && (one.proxying.protocol === 'TCP' || other.proxying.protocol === 'TCP')) {
    return 'plain TCP names no server'
  }
  const names = namesOf(one).filter((name) => namesOf(other).includes(name))
  const protocols = alpnOf(one).filter((protocol) => alpnOf(other).includes(protocol))
  if (names.length === 0 || protocols.length === 0) return undefined
  return `both are for ${names[0] === '' ? 'every other name' : names[0]}`
}

function namesOf({ proxying }: ProxiedRoute): string[] {
  return proxying.serverNames.length === 0 ? [''] : proxying.serverNames
}

function alpnOf({ proxying }: ProxiedRoute): string[] {
  return proxying.alpn.length === 0 ? [''] : proxying.alpn
}
