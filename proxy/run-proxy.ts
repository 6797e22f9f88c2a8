/** Puts the proxy together and runs it until it is told to end. */
import { InvalidRequestError, NotFoundError } from '../proto/errors.ts'
import type { RouteEntry } from '../proto/routing/change.ts'
import { planFile } from '../proto/routing/file-routes.ts'
import { createRoutes, type Routes } from '../proto/routing/routes.ts'
import { type ServedRoutes, serveRoutes } from '../proto/routing/serve.ts'
import { createRouteTable } from '../proto/routing/table.ts'
import { formatProblem } from '../proto/yaml.ts'
import type { Context } from './context.ts'
import { createDeadlines } from './deadlines.ts'
import { createAdmission, mostClients } from './listening/admission.ts'
import { createServices, type Services } from './listening/services.ts'
import { createAccessLog } from './observing/access-log.ts'
import { createLog } from './observing/log.ts'
import { createMetrics } from './observing/metrics.ts'
import { observe } from './observing/observe.ts'
import { readSettings, type Settings } from './settings.ts'
import { readState, type Stored, writeState } from './state-file.ts'
import { statusOf } from './status.ts'

export interface RunningProxy {
  /** Reads the settings, certificates and log file anew. @throws as {@link runProxy}: then all stays as it was */
  reload(): Promise<void>
  /** Takes no more clients, lets those that there are finish, and ends. */
  end(): Promise<void>
}

const controlGraceMs = 1_000

/**
 * Answers when it serves.
 *
 * @throws InvalidRequestError `BAD_CONFIG`, and for its routes what makes them impossible
 * @throws BusyError `CONTROL_TAKEN`, UnavailableError `CONTROL_FAILED`, `NO_CERTIFICATE`, `LISTEN_FAILED`, `NO_STATE`
 */
export async function runProxy(settingsFile: string): Promise<RunningProxy> {
  const first = await load(settingsFile)
  const log = createLog({ least: () => context.settings.log.level })
  const accessLog = createAccessLog(log)
  const context: Context = {
    settings: first,
    deadlines: createDeadlines(),
    accessLog,
    log,
    draining: false,
  }
  const files = mostClients()
  const admission = createAdmission(() => {
    const { connections, perClient } = context.settings.limits
    return { connections: Math.min(connections, files), perClient }
  })
  if (first.limits.connections > files) {
    log('warning', 'as many clients as asked for would need more open files', {
      asked: first.limits.connections,
      clients: files,
      remedy: 'Raise the limit of open files (LimitNOFILE=), to twice the number of clients and some.',
    })
  }
  const services = createServices({ admission, context })
  const stored: Stored =
    first.state === undefined ? { entries: [], memory: {} } : await readState(first.state)
  const table = createRouteTable({ entries: stored.entries })
  let memory = stored.memory
  const keep = async (entry?: RouteEntry, forgotten: readonly string[] = []): Promise<void> => {
    const { state } = context.settings
    if (state === undefined) return
    const others = table.entries().filter(({ name }) => name !== entry?.name && !forgotten.includes(name))
    await writeState(state, { entries: entry === undefined ? others : [...others, entry], memory })
  }
  const routes = createRoutes(table, {
    prepare: services.prepare,
    keep,
    changed: services.changed,
    drain: async (name, limitMs, signal) => (await services.state(name)?.drained(limitMs, signal)) ?? 0,
    inFlight: (name) => services.state(name)?.inFlight() ?? 0,
    status: (route) => statusOf(services.state(route.name)),
  })
  const takeFile = async (settings: Settings): Promise<void> => {
    const plan = planFile({
      routes: settings.routes,
      memory,
      exists: (name) => routes.get(name) !== undefined,
    })
    for (const change of plan.changes) await unlessGone(routes, change)
    memory = plan.memory
    await keep()
  }

  let control: ServedRoutes | undefined
  let stopObserving: (() => Promise<void>) | undefined
  const release = async (): Promise<void> => {
    await stopObserving?.()
    services.close()
    context.deadlines[Symbol.dispose]()
    await accessLog.close()
  }
  try {
    await accessLog.reopen(first.accessLog)
    for (const entry of table.entries()) await restore(entry, services, context)
    await takeFile(first)
    const onFailure = (call: string, error: unknown) => log('info', 'call failed', { call, error })
    control = await serveRoutes({ routes, control: first.control, onFailure })
    if (first.observe !== undefined) {
      const registry = createMetrics({ states: services.states, admission, accessLog })
      const isReady = () => !context.draining
      stopObserving = await observe({ listen: first.observe.listen, registry, isReady })
    }
  } catch (error) {
    await control?.close(0)
    await release()
    throw error
  }
  const served = control
  log('info', 'the proxy serves', { control: first.control, routes: table.routes().length })
  return {
    reload: async () => {
      const next = await load(settingsFile)
      await served.reload()
      await accessLog.reopen(next.accessLog)
      // Where it listens itself stays, as long as it runs.
      context.settings = { ...next, control: first.control, observe: first.observe, state: first.state }
      await takeFile(context.settings)
      log('info', 'the settings were read again', { routes: table.routes().length })
    },
    end: async () => {
      log('info', 'the proxy ends when its clients have')
      await services.drain(context.settings.timeouts.drain)
      await served.close(controlGraceMs)
      await release()
    },
  }
}

/** A route of before that can't be served now is told, and stays: others are not to be down for it. */
async function restore(entry: RouteEntry, services: Services, { log }: Context): Promise<void> {
  try {
    await services.prepare(entry)
    services.changed(entry)
  } catch (error) {
    log('error', 'a route can not be served', { route: entry.name, error })
  }
}

/** What a call deleted in between is deleted. */
async function unlessGone(routes: Routes, change: Parameters<Routes['change']>[0]): Promise<void> {
  try {
    await routes.change(change)
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error
  }
}

async function load(file: string): Promise<Settings> {
  const { value, problems } = await readSettings(file)
  if (value !== undefined) return value
  throw new InvalidRequestError({
    code: 'BAD_CONFIG',
    message: problems.map(formatProblem).join('\n'),
    remedy: `Correct ${file}; cleave-proxy --check says what else is wrong.`,
  })
}
