/** Tells every publisher where groups are by now, whatever it was told before. */
import { withAgent } from '../machine/agent.ts'
import type { Ports } from '../machine/ports.ts'
import { backendOf, distinctBackends, type RoutedGroup } from '../planning/routes.ts'
import type { MachineRecord, RouteRecord } from '../store/records.ts'
import { readRoutesConfiguration } from './configuration.ts'
import type { RouteBackend, RouteDefinition } from './definition.ts'
import { type Change, changeAll, type PublishingFailure } from './publish.ts'
import { openPublishers, type Publishers } from './publishers.ts'

export interface PushedRoute {
  route: string
  backends: RouteBackend[]
  /** The operation that has it, and was left to lead it. */
  heldBy?: string
}

export interface PushReport {
  /** In the order of the file. */
  pushed: PushedRoute[]
  /** Routes that the file names no more, at all or at a publisher, and that were deleted there. */
  deleted: { route: string; publisher: string }[]
  failures: PublishingFailure[]
  /** Machines that could not be asked: routes lead to them as before. */
  unknown: { machine: string; error: Error }[]
}

/**
 * Looks into all machines that run for the groups that routes are for. A change that an operation makes meanwhile wins.
 *
 * @throws InvalidRequestError `BAD_ROUTES`, `ROUTES_UNREADABLE` and what {@link backendOf} throws
 */
export async function pushRoutes(ports: Ports): Promise<PushReport> {
  const { store, settings } = ports
  const configuration = await readRoutesConfiguration(settings.home)
  await using publishers = openPublishers(configuration)
  // Before anything is looked at: what others change from now on has a higher number.
  const numbers = new Map(
    configuration.routes.map(({ name }) => {
      const first = store.routes.nextNumber(name)
      return [name, [first, store.routes.nextNumber(name)] as const]
    }),
  )
  const known = configuration.routes.length > 0 ? await lookAround(ports) : { places: [], unknown: [] }
  const report: PushReport = { pushed: [], deleted: [], failures: [], unknown: known.unknown }
  for (const definition of configuration.routes) {
    const { name } = definition
    const record = store.routes.find(name)
    const held = heldBy(ports, record)
    if (held !== undefined) {
      report.pushed.push({ route: name, backends: record?.backends ?? [], heldBy: held })
      continue
    }
    const backends = backendsOf(definition, known, record)
    const [first = 0, last = 0] = numbers.get(name) ?? []
    const isOurs = store.atomically(() => {
      if (store.routes.find(name)?.number !== last) return false
      store.routes.note(name, { backends, published: definition, heldBy: undefined })
      return true
    })
    if (!isOurs) continue
    const change: Change = async (publisher) => {
      await publisher.put({ definition, backends, number: first })
      await publisher.release({ definition, backends, number: last })
    }
    report.failures.push(
      ...(await changeAll({ routes: store.routes, publishers }, [{ definition, backends }], change)),
    )
    report.pushed.push({ route: name, backends })
    await withdraw({ ports, publishers, report }, record, definition)
  }
  const names = new Set(configuration.routes.map(({ name }) => name))
  for (const record of store.routes.list())
    if (!names.has(record.name)) await withdraw({ ports, publishers, report }, record, undefined)
  return report
}

interface Place {
  machine: MachineRecord
  groups: RoutedGroup[]
}

interface Known {
  places: Place[]
  unknown: PushReport['unknown']
}

async function lookAround(ports: Ports): Promise<Known> {
  const known: Known = { places: [], unknown: [] }
  const machines = ports.store.machines.list().filter(({ state }) => state === 'running')
  await Promise.all(
    machines.map(async (machine) => {
      try {
        if ((await ports.hypervisor.status(machine)) === 'absent') return
        const { groups } = await withAgent(ports, machine.name, (agent) => agent.groups())
        const running = groups.filter(
          ({ state, processes }) => state !== 'GROUP_STATE_FOREIGN' && processes.length > 0,
        )
        known.places.push({ machine, groups: running })
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown))
        known.unknown.push({ machine: machine.name, error })
      }
    }),
  )
  return known
}

function backendsOf(
  definition: RouteDefinition,
  { places, unknown }: Known,
  record?: RouteRecord,
): RouteBackend[] {
  const kept = (record?.backends ?? []).filter(({ machine }) =>
    unknown.some((one) => one.machine === machine),
  )
  const found = places.flatMap(({ machine, groups }) =>
    groups
      .filter(({ name }) => name === definition.group)
      .map((group) => backendOf(definition, group, machine)),
  )
  return distinctBackends([...kept, ...found].sort((one, other) => (one.machine < other.machine ? -1 : 1)))
}

/** The operation that holds a route, unless it has ended. */
function heldBy({ store }: Ports, record: RouteRecord | undefined): string | undefined {
  const running = store.operations.running().some(({ id }) => id === record?.heldBy)
  return running ? record?.heldBy : undefined
}

/** Deletes a route from publishers that the file has for it no more. */
async function withdraw(
  { ports: { store }, publishers, report }: { ports: Ports; publishers: Publishers; report: PushReport },
  record: RouteRecord | undefined,
  definition: RouteDefinition | undefined,
): Promise<void> {
  const { published } = record ?? {}
  if (published === undefined) return
  const kept = definition?.publishers ?? []
  const gone = { ...published, publishers: published.publishers.filter((name) => !kept.includes(name)) }
  const failures = await changeAll(
    { routes: store.routes, publishers },
    [{ definition: gone, backends: [] }],
    (publisher, next) => publisher.delete(next()),
  )
  report.failures.push(...failures)
  for (const publisher of publishers.of(gone))
    if (!failures.some((failure) => failure.publisher === publisher))
      report.deleted.push({ route: published.name, publisher })
  if (definition === undefined && failures.length === 0)
    store.routes.note(published.name, { published: undefined, backends: [] })
}
