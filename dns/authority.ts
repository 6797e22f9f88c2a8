/** All zones of a server, and every change of them: kept first, then seen by everybody who answers, then acknowledged. */
import type { Route } from '../proto/generated/route-messages.ts'
import type { RouteEntry } from '../proto/routing/change.ts'
import { createLiveNames } from './names/live-names.ts'
import type { Change, Store } from './store/store.ts'
import { layered } from './zone/layers.ts'
import { isSameNode } from './zone/same-node.ts'
import { nextSerial, soaBytes, soaOf } from './zone/soa.ts'
import { createZone, type Node, type NodeChange, type RecordSet, type Zone } from './zone/zone.ts'

/** What changed in what one zone answers. */
export interface ZoneChange {
  origin: string
  changes: readonly NodeChange[]
}

export interface Authority {
  /** As they answer. */
  readonly zones: ReadonlyMap<string, Zone>
  /** What people wrote or updated, without what routes give. */
  written(origin: string): Zone | undefined
  live(origin: string, name: string): Node | undefined
  /** Answers when everybody answers by it. Throws what the store throws; then nothing was changed. */
  write(origin: string, changes: readonly NodeChange[], file?: string): Promise<void>
  /** The same, for a route that was changed. */
  keepRoute(entry: RouteEntry, forgotten: readonly string[]): Promise<void>
}

export interface AuthorityOptions {
  store: Store
  zones: readonly { origin: string; sets: readonly RecordSet[] }[]
  /** Lets everybody who answers know, and waits for them. */
  publish(changes: readonly ZoneChange[]): Promise<void>
}

interface Layers {
  written: Zone
  live: Zone
  answering: Zone
}

export function createAuthority({ store, zones, publish }: AuthorityOptions): Authority {
  const layers = new Map<string, Layers>()
  for (const { origin, sets } of zones) {
    const written = createZone(origin)
    const answering = createZone(origin)
    for (const [name, list] of Map.groupBy(sets, ({ name }) => name)) {
      written.replace({ name, sets: list })
      answering.replace({ name, sets: list })
    }
    layers.set(origin, { written, live: createZone(origin), answering })
  }
  const live = createLiveNames(new Set(layers.keys()))
  const answering = new Map([...layers].map(([origin, one]) => [origin, one.answering]))

  // Before the server answers anything, so no serial rises.
  const addLive = (name: string, route: Route | null): void => {
    for (const [origin, changes] of live.changes(name, route)) {
      const zone = layersOf(origin)
      for (const change of changes) {
        zone.live.replace(change)
        zone.answering.replace(layeredIn(zone, change.name))
      }
    }
    live.set(name, route)
  }
  const layersOf = (origin: string): Layers => {
    const found = layers.get(origin)
    if (found === undefined) throw new RangeError(`there is no zone ${origin}`)
    return found
  }

  const commit = async (options: {
    written: ReadonlyMap<string, readonly NodeChange[]>
    live: ReadonlyMap<string, readonly NodeChange[]>
    route?: Change['route']
    file?: string
  }): Promise<void> => {
    const origins = new Set([...options.written.keys(), ...options.live.keys()])
    const kept: Change['zones'][number][] = []
    const work: (() => ZoneChange)[] = []
    for (const origin of origins) {
      const zone = layersOf(origin)
      const written = withSerial(zone.written, options.written.get(origin) ?? [])
      const ofRoutes = options.live.get(origin) ?? []
      kept.push({ origin, changes: written, ...(options.file !== undefined && { file: options.file }) })
      work.push(() => {
        for (const change of written) zone.written.replace(change)
        for (const change of ofRoutes) zone.live.replace(change)
        const names = new Set([...written, ...ofRoutes].map(({ name }) => name))
        const changes = [...names].map((name) => layeredIn(zone, name))
        for (const change of changes) zone.answering.replace(change)
        return { origin, changes }
      })
    }
    store.keep({ zones: kept, ...(options.route !== undefined && { route: options.route }) })
    const changes = work.map((make) => make())
    if (options.route !== undefined) live.set(options.route.entry.name, options.route.entry.route)
    if (changes.length > 0) await publish(changes)
  }

  /** A route that is held gives its names what it gave them before: no serial rises. */
  const changesBy = ({ name, route }: RouteEntry): Map<string, NodeChange[]> => {
    const changes = new Map<string, NodeChange[]>()
    for (const [origin, list] of live.changes(name, route)) {
      const zone = layersOf(origin).live
      const real = list.filter((change) => !isSameNode(change.sets, zone.node(change.name)))
      if (real.length > 0) changes.set(origin, real)
    }
    return changes
  }

  for (const { name, route } of store.routes()) addLive(name, route)
  return {
    zones: answering,
    written: (origin) => layers.get(origin)?.written,
    live: (origin, name) => layers.get(origin)?.live.node(name),
    write: (origin, changes, file) =>
      commit({ written: new Map([[origin, changes]]), live: new Map(), ...(file !== undefined && { file }) }),
    keepRoute: (entry, forgotten) =>
      commit({
        written: new Map(),
        live: changesBy(entry),
        route: { entry, forgotten },
      }),
  }
}

function layeredIn(zone: Layers, name: string): NodeChange {
  const written = zone.written.node(name)
  const live = zone.live.node(name)
  return layered(name, { ...(written && { written }), ...(live && { live }) })
}

/** The changes, and the next serial unless they bring one of their own. */
function withSerial(zone: Zone, changes: readonly NodeChange[]): readonly NodeChange[] {
  const { set, soa } = soaOf(zone)
  const apex = changes.find(({ name }) => name === zone.origin)?.sets ?? [
    ...(zone.node(zone.origin)?.values() ?? []),
  ]
  const own = apex.find(({ type }) => type === set.type)
  if (own?.data[0] !== undefined && own.data[0] !== set.data[0]) return changes
  const next: RecordSet = { ...set, data: [soaBytes({ ...soa, serial: nextSerial(soa.serial) })] }
  const others = changes.filter(({ name }) => name !== zone.origin)
  const sets = [next, ...apex.filter(({ type }) => type !== set.type)]
  return [...others, { name: zone.origin, sets }]
}
