/** The records that routes give to names. Pure. */
import { isIPv6 } from 'node:net'
import { addressBytes } from '../../proto/dns/data-text.ts'
import { nameBytes, parentOf, parseName } from '../../proto/dns/name.ts'
import { recordTypes } from '../../proto/dns/numbers.ts'
import type { Backend, Route } from '../../proto/generated/route-messages.ts'
import { timeToLiveOf } from '../../proto/routing/limits.ts'
import type { RecordSet } from '../zone/zone.ts'

/** What a route says of a name: that it exists, at least. */
export interface LiveNode {
  /** The zone that it is in. */
  origin: string
  name: string
  sets: RecordSet[]
}

/** Canonical names that a route wants to give and that are in none of the zones. */
export function namesOutside({ naming }: Pick<Route, 'naming'>, origins: ReadonlySet<string>): string[] {
  if (naming === null) return []
  const names = [...naming.names, ...(naming.service === '' ? [] : [naming.service])]
  return names.map((name) => parseName(name)).filter((name) => originOf(name, origins) === undefined)
}

/** Nothing for names outside of the zones: only addresses in reverse zones may be. */
export function liveNodes({ naming, backends }: Route, origins: ReadonlySet<string>): LiveNode[] {
  if (naming === null) return []
  const ttl = timeToLiveOf(naming)
  const used = backends.filter(({ weight }) => weight > 0)
  const names = naming.names.map((name) => parseName(name))
  const nodes = names.map((name) => ({ name, sets: addressSets(name, ttl, used) }))
  const [first] = names
  if (first !== undefined) {
    if (naming.service !== '') nodes.push(serviceNode({ name: parseName(naming.service), first, ttl, used }))
    const addresses = new Set(used.map(({ address }) => reverseName(address)))
    for (const name of addresses) {
      nodes.push({ name, sets: [{ name, type: recordTypes.PTR, ttl, data: [nameBytes(first)] }] })
    }
  }
  return nodes.flatMap(({ name, sets }) => {
    const origin = originOf(name, origins)
    return origin === undefined ? [] : [{ origin, name, sets }]
  })
}

function originOf(name: string, origins: ReadonlySet<string>): string | undefined {
  for (let above: string | undefined = name; above !== undefined; above = parentOf(above)) {
    if (origins.has(above)) return above
  }
  return undefined
}

function addressSets(name: string, ttl: number, backends: readonly Backend[]): RecordSet[] {
  const families = [
    { type: recordTypes.A, field: 'ipv4', addresses: backends.filter(({ address }) => !isIPv6(address)) },
    { type: recordTypes.AAAA, field: 'ipv6', addresses: backends.filter(({ address }) => isIPv6(address)) },
  ] as const
  return families.flatMap(({ type, field, addresses }) => {
    const data = distinct(addresses.map(({ address }) => addressBytes(address, field)))
    return data.length === 0 ? [] : [{ name, type, ttl, data }]
  })
}

function serviceNode(options: { name: string; first: string; ttl: number; used: readonly Backend[] }): {
  name: string
  sets: RecordSet[]
} {
  const { name, first, ttl, used } = options
  const weights = new Map<number, number>()
  for (const { port, weight } of used) weights.set(port, Math.min((weights.get(port) ?? 0) + weight, 0xffff))
  const data = [...weights].map(([port, weight]) => {
    const numbers = Buffer.alloc(6)
    numbers.writeUInt16BE(weight, 2)
    numbers.writeUInt16BE(port, 4)
    return Buffer.concat([numbers, nameBytes(first)])
  })
  return { name, sets: data.length === 0 ? [] : [{ name, type: recordTypes.SRV, ttl, data }] }
}

/** The name under which the name of an address is looked for: `1.0.0.10.in-addr.arpa.` */
export function reverseName(address: string): string {
  if (!isIPv6(address)) return `${address.split('.').reverse().join('.')}.in-addr.arpa.`
  const digits = [...addressBytes(address, 'ipv6').toString('hex')]
  return `${digits.reverse().join('.')}.ip6.arpa.`
}

/** What all routes together say of one name: addresses of all of them, for as long as the shortest says. */
export function joined(name: string, nodes: readonly LiveNode[]): RecordSet[] {
  const byType = Map.groupBy(
    nodes.flatMap(({ sets }) => sets),
    ({ type }) => type,
  )
  return [...byType].map(([type, sets]) => ({
    name,
    type,
    ttl: Math.min(...sets.map(({ ttl }) => ttl)),
    data: distinct(sets.flatMap(({ data }) => data)),
  }))
}

function distinct(data: readonly Buffer[]): Buffer[] {
  return [...new Map(data.map((one) => [one.toString('latin1'), one])).values()]
}
