/** The routes of groups that an operation moves: held before, led elsewhere when it is committed, or back when it is not. */
import { FailedError } from '../../proto/errors.ts'
import type { Ports } from '../machine/ports.ts'
import type { PlannedRoute } from '../planning/routes.ts'
import { readRoutesConfiguration } from '../routes/configuration.ts'
import { type Change, changeAll, failureText, type PublishingFailure } from '../routes/publish.ts'
import { openPublishers, type Publishers } from '../routes/publishers.ts'
import { whenReady } from '../routes/ready.ts'
import type { Store } from '../store/store.ts'

/** All may be repeated, also by another process. */
export interface Routing extends AsyncDisposable {
  /** Lets every publisher know of the routes as they are. @throws what a publisher threw first */
  put(): Promise<void>
  /** Lets new work wait, and what is under way end, for as long as it was planned. Throws as {@link put} */
  hold(): Promise<void>
  /** Leads clients to where their groups are when it is committed. Who could not be told is known to {@link finish}. */
  lead(): Promise<void>
  /** @throws FailedError `ROUTES_NOT_PUBLISHED` when somebody still can't be told */
  finish(): Promise<void>
  /** Leads clients to where their groups were. @throws FailedError `ROUTES_NOT_PUBLISHED` */
  goBack(): Promise<void>
}

export interface RoutingOptions {
  operation: string
  planned: readonly PlannedRoute[]
}

export function openRouting({ store, settings }: Ports, { operation, planned }: RoutingOptions): Routing {
  const { routes } = store
  let opening: Promise<Publishers> | undefined
  const publishers = async () => {
    // Another process may find another file: whoever is in it no more is not told.
    opening ??= readRoutesConfiguration(settings.home).then(openPublishers)
    return await opening
  }
  const change = async (where: 'before' | 'after', changeOf: (route: PlannedRoute) => Change) => {
    if (planned.length === 0) return []
    const ports = { routes, publishers: await publishers() }
    const changes = planned.map(async (route) => {
      const { definition, [where]: backends } = route
      return await changeAll(ports, [{ definition, backends }], changeOf(route))
    })
    return (await Promise.all(changes)).flat()
  }
  const settle = async (where: 'before' | 'after') => {
    for (const { definition, [where]: backends } of planned)
      routes.note(definition.name, { backends, published: definition, heldBy: undefined })
    return await change(where, (route) => leadTo(route, where))
  }
  let failures: PublishingFailure[] | undefined
  // Of another process it is not known.
  let mayBeHeld = true

  return {
    put: async () => {
      mayBeHeld = false
      for (const { definition, before } of planned)
        routes.note(definition.name, { backends: before, published: definition, heldBy: operation })
      throwFirst(await change('before', () => (publisher, next) => publisher.put(next())))
    },
    hold: async () => {
      mayBeHeld = true
      const held = await change('before', ({ drainMilliseconds }) => {
        return (publisher, next) => publisher.hold(next(), { drainMilliseconds })
      })
      throwFirst(held)
    },
    lead: async () => {
      failures = await settle('after')
    },
    finish: async () => {
      // What another process has told whom is not known.
      if (failures?.length !== 0) failures = await settle('after')
      if (failures.length > 0) throw notPublished(failures)
    },
    goBack: async () => {
      const left = await settle('before')
      // Who holds nothing leads clients to where they were led before.
      if (left.length > 0 && mayBeHeld) throw notPublished(left)
    },
    [Symbol.asyncDispose]: async () => {
      const opened = await opening?.catch(() => undefined)
      await opened?.[Symbol.asyncDispose]()
    },
  }
}

/** Leads clients to backends, and lets those that wait go on when the backends serve. */
function leadTo(route: PlannedRoute, where: 'before' | 'after'): Change {
  const { definition, restarts, [where]: backends } = route
  const isUdp = definition.proxying?.protocol === 'UDP'
  let serving: Promise<unknown> | undefined
  return async (publisher, next) => {
    await publisher.switch(next())
    if (restarts && !isUdp) {
      serving ??= Promise.all(backends.map((backend) => whenReady(backend, definition.ready)))
      await serving
    }
    await publisher.release(next())
  }
}

/** To be called in the transaction that makes an operation final. */
export function commitRoutes({ routes }: Store, planned: readonly PlannedRoute[]): void {
  for (const { definition, after } of planned) routes.note(definition.name, { backends: after })
}

function throwFirst([first]: readonly PublishingFailure[]): void {
  if (first !== undefined) throw first.error
}

function notPublished(failures: readonly PublishingFailure[]): FailedError {
  return new FailedError({
    code: 'ROUTES_NOT_PUBLISHED',
    message: `clients are not led to where their groups are: ${failures.map(failureText).join('; ')}`,
    remedy: 'Mend what the message names.',
    cause: new AggregateError(failures.map(({ error }) => error)),
  })
}
