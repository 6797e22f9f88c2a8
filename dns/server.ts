/** A whole server: its store, its zones, its routes, and the processes that answer. */
import { InvalidRequestError } from '../proto/errors.ts'
import { planFile } from '../proto/routing/file-routes.ts'
import { createRoutes } from '../proto/routing/routes.ts'
import { serveRoutes } from '../proto/routing/serve.ts'
import { createRouteTable } from '../proto/routing/table.ts'
import { createAccess } from './access.ts'
import { type Authority, createAuthority, type ZoneChange } from './authority.ts'
import type { DnsConfig } from './config.ts'
import type { Log } from './log.ts'
import { namesOutside } from './names/live-records.ts'
import { startWorkers, type Workers } from './processes/workers.ts'
import { type Serving, startServing } from './server/serving.ts'
import { openStoreFile } from './store/open.ts'
import { createStore, type Store } from './store/store.ts'
import { createNotifier } from './transfer/notifier.ts'
import { createUpdater } from './update/update.ts'
import { replaceZone } from './zone/load.ts'
import { loadZone, readZoneFile } from './zone/zone-files.ts'

export interface DnsServer {
  /** Reads zone files, routes of the settings and certificates again. Throws what is wrong with them. */
  reload(config: DnsConfig): Promise<void>
  close(): Promise<void>
}

const graceMs = 2000

/**
 * Answers when the server serves.
 *
 * @throws BusyError `STORE_TAKEN`, `CONTROL_TAKEN`
 * @throws InvalidRequestError `BAD_ZONE_FILE`, `NAME_OUTSIDE_ZONES`
 * @throws UnavailableError `LISTEN_FAILED`, `CONTROL_FAILED`, `NO_CERTIFICATE`
 */
export async function startDnsServer(config: DnsConfig, log: Log): Promise<DnsServer> {
  await using stack = new AsyncDisposableStack()
  const opened = await openStoreFile(config.store)
  stack.defer(opened.close)
  const store = createStore(opened.database)
  let serving: Serving | undefined
  let workers: Workers | undefined
  const authority = createAuthority({
    store,
    zones: await loadZones(config, store),
    publish: async (changes) => {
      serving?.forget()
      await workers?.publish(changes)
      for (const { origin } of changes) notifier.changed(origin)
    },
  })
  const notifier = createNotifier({
    zones: authority.zones,
    secondariesOf: secondariesOf(config),
    nowSeconds,
    log,
  })
  stack.defer(notifier.close)
  const routes = createRoutes(createRouteTable({ entries: store.routes() }), {
    prepare: async ({ name, route }) => {
      const outside = route === null ? [] : namesOutside(route, new Set(authority.zones.keys()))
      if (outside.length > 0) throw isOutside(name, outside)
    },
    keep: (entry, forgotten) => authority.keepRoute(entry, forgotten),
  })
  const applyFileRoutes = async (wanted: DnsConfig['routes']): Promise<void> => {
    const exists = (name: string): boolean => routes.get(name) !== undefined
    const { changes, memory } = planFile({ routes: wanted, memory: store.fileMemory(), exists })
    for (const change of changes) await routes.change(change)
    store.keepFileMemory(memory)
  }
  await applyFileRoutes(config.routes)

  const updater = createUpdater({
    authority,
    keys: config.keys,
    mayUpdate: createAccess(config.zones, 'updates'),
    nowSeconds,
    log,
  })
  const update = (bytes: Buffer, { address }: { address: string }): Promise<Buffer> => updater(bytes, address)
  serving = await startServing({ config, zones: authority.zones, update, log })
  stack.defer(serving.close)
  if (config.processes > 1) {
    const zones = (): ZoneChange[] => snapshot(authority)
    workers = await startWorkers({ config, count: config.processes - 1, zones, update, log })
    stack.defer(workers.close)
  }
  const control = await serveRoutes({
    routes,
    control: config.control,
    onFailure: (call, error) => log('warning', 'a call failed', { call, error }),
  })
  stack.defer(() => control.close(graceMs))
  for (const origin of authority.zones.keys()) notifier.changed(origin)

  const owned = stack.move()
  return {
    reload: async ({ zones, ttl, routes: wanted }) => {
      for (const zone of zones) {
        const written = authority.written(zone.name)
        if (written === undefined) continue
        const read = await readZoneFile(zone, { lastRead: store.zone(zone.name)?.file, ttl })
        if (read !== undefined) await authority.write(zone.name, replaceZone(written, read.sets), read.file)
      }
      await applyFileRoutes(wanted)
      await Promise.all([control.reload(), serving.reload()])
      workers?.reload()
    },
    close: () => owned.disposeAsync(),
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

async function loadZones(config: DnsConfig, store: Store) {
  const zones = []
  for (const zone of config.zones) {
    const stored = store.zone(zone.name)
    const { sets, isNew, file } = await loadZone({ zone, stored, ttl: config.ttl, nowSeconds: nowSeconds() })
    const changes = [...Map.groupBy(sets, ({ name }) => name)].map(([name, list]) => ({ name, sets: list }))
    const kept = { origin: zone.name, changes, ...(file !== undefined && { file }) }
    if (isNew) store.keep({ zones: [kept] })
    zones.push({ origin: zone.name, sets })
  }
  return zones
}

function snapshot({ zones }: Authority): ZoneChange[] {
  return [...zones].map(([origin, zone]) => ({
    origin,
    changes: [...zone.nodes()].map(([name, node]) => ({ name, sets: [...node.values()] })),
  }))
}

function secondariesOf({ zones, keys }: DnsConfig) {
  const byName = new Map(keys.map((key) => [key.name, key]))
  const byOrigin = new Map(
    zones.map(({ name, notify }) => [
      name,
      notify.map(({ address, key }) => {
        const known = key === undefined ? undefined : byName.get(key)
        return { ...address, ...(known !== undefined && { key: known }) }
      }),
    ]),
  )
  return (origin: string) => byOrigin.get(origin) ?? []
}

function isOutside(route: string, names: readonly string[]): InvalidRequestError {
  return new InvalidRequestError({
    code: 'NAME_OUTSIDE_ZONES',
    message: `route ${route} names ${names.join(', ')}, which is in no zone of this server`,
    remedy: 'Name one within a zone, or add the zone to the settings of the server.',
  })
}
