/** What a zone has for a name and type (RFC 1034, 2308, 4592). Pure. */

import { partsOf } from '../../proto/dns/layout.ts'
import { canonicalName, labelsOf, parentOf } from '../../proto/dns/name.ts'
import { recordTypes } from '../../proto/dns/numbers.ts'
import { type Node, type RecordSet, type Zone, zoneOf } from '../zone/zone.ts'

/** One step on the way: the set to answer with, under the name that it was found for. */
export interface Found {
  name: string
  set: RecordSet
}

export interface Lookup {
  /** The aliases that led there first. */
  found: Found[]
  /** `nothing`: the name is there, the type is not. `elsewhere`: what an alias leads to is in no zone of ours. */
  end: 'found' | 'nothing' | 'no-name' | 'delegated' | 'elsewhere'
  /** Where it ended. */
  zone: Zone
  /** Of a delegation. */
  delegation?: RecordSet
}

// A longer chain of aliases is a mistake, or a circle.
const mostAliases = 8

/** Follows aliases from zone to zone. `name` is as it was asked for. */
export function lookUp(zones: ReadonlyMap<string, Zone>, start: Zone, name: string, type: number): Lookup {
  const found: Found[] = []
  let zone = start
  let asked = name
  for (let hops = 0; ; hops++) {
    const canonical = canonicalName(asked)
    const delegation = delegationOf(zone, canonical)
    if (delegation !== undefined) return { found, end: 'delegated', zone, delegation }
    const node = nodeFor(zone, canonical)
    if (node === undefined) return { found, end: 'no-name', zone }
    const alias = type === recordTypes.CNAME ? undefined : node.get(recordTypes.CNAME)
    const set = type === recordTypes.ANY ? node.values().next().value : node.get(type)
    if (set !== undefined) return { found: [...found, { name: asked, set }], end: 'found', zone }
    if (alias === undefined) return { found, end: 'nothing', zone }
    found.push({ name: asked, set: alias })
    asked = targetOf(alias)
    const next = zoneOf(zones, asked)
    if (next === undefined || hops >= mostAliases) return { found, end: 'elsewhere', zone }
    zone = next
  }
}

const empty: Node = new Map()

/** The node of a name, or of the wildcard that stands for it. */
function nodeFor(zone: Zone, name: string): Node | undefined {
  if (zone.exists(name)) return zone.node(name) ?? empty
  for (let above = parentOf(name); above !== undefined; above = parentOf(above)) {
    if (!zone.exists(above)) continue
    const wildcard = above === '.' ? '*.' : `*.${above}`
    return zone.exists(wildcard) ? (zone.node(wildcard) ?? empty) : undefined
  }
  return undefined
}

/** The NS records between the zone's origin and a name, the topmost. */
function delegationOf(zone: Zone, name: string): RecordSet | undefined {
  if (!zone.hasDelegations()) return undefined
  const depth = labelsOf(name).length - labelsOf(zone.origin).length
  let found: RecordSet | undefined
  let at: string | undefined = name
  for (let step = 0; step < depth && at !== undefined; step++, at = parentOf(at)) {
    found = zone.node(at)?.get(recordTypes.NS) ?? found
  }
  return found
}

/** What an alias, or a record that names a server, leads to. */
export function targetOf({ type, data: [data] }: Pick<RecordSet, 'type' | 'data'>): string {
  if (data === undefined) return '.'
  return (
    partsOf(type, data, { start: 0, end: data.length }).findLast(({ field }) => field === 'name')?.name ?? '.'
  )
}
