/** The records of one zone. No clock, file or network. */
import { canonicalName, parentOf } from '../../proto/dns/name.ts'
import { recordTypes } from '../../proto/dns/numbers.ts'

/** All records of one name and type. */
export interface RecordSet {
  /** Canonical. */
  name: string
  type: number
  /** 1 to 2147483647 seconds. */
  ttl: number
  data: readonly Buffer[]
}

/** The sets of one name by their types. A name without any exists all the same. */
export type Node = ReadonlyMap<number, RecordSet>

/** What becomes of one name: undefined takes it away. */
export interface NodeChange {
  name: string
  sets: readonly RecordSet[] | undefined
}

export interface Zone {
  /** Canonical. */
  readonly origin: string
  node(name: string): Node | undefined
  /** True also for a name that has no records, but names below it. */
  exists(name: string): boolean
  /** True when some name below the origin has NS records. */
  hasDelegations(): boolean
  replace(change: NodeChange): void
  nodes(): Iterable<[string, Node]>
}

export function createZone(origin: string): Zone {
  const nodes = new Map<string, Node>()
  /** How many names are below one. */
  const below = new Map<string, number>()
  const delegations = new Set<string>()

  const count = (name: string, by: 1 | -1): void => {
    for (let above = parentOf(name); above !== undefined && name !== origin; above = parentOf(above)) {
      const sum = (below.get(above) ?? 0) + by
      if (sum === 0) below.delete(above)
      else below.set(above, sum)
      if (above === origin) return
    }
  }
  return {
    origin,
    node: (name) => nodes.get(name),
    exists: (name) => nodes.has(name) || below.has(name),
    hasDelegations: () => delegations.size > 0,
    replace: ({ name, sets }) => {
      const existed = nodes.has(name)
      delegations.delete(name)
      if (sets === undefined) {
        if (existed) count(name, -1)
        nodes.delete(name)
        return
      }
      if (!existed) count(name, 1)
      nodes.set(name, new Map(sets.map((set) => [set.type, set])))
      if (name !== origin && sets.some(({ type }) => type === recordTypes.NS)) delegations.add(name)
    },
    nodes: () => nodes,
  }
}

/** The zone that a name is in: the one that is nearest to it. */
export function zoneOf(zones: ReadonlyMap<string, Zone>, name: string): Zone | undefined {
  for (let above: string | undefined = canonicalName(name); above !== undefined; above = parentOf(above)) {
    const zone = zones.get(above)
    if (zone !== undefined) return zone
  }
  return undefined
}
