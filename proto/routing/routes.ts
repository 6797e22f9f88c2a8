/** The routes of a server: changes one after the other, each kept and carried out before it is answered. */
import type { Route, RouteStatus } from '../generated/route-messages.ts'
import type { Change, RouteEntry } from './change.ts'
import type { RouteTable } from './table.ts'
import { createWatchers, type Watchers } from './watchers.ts'

/** A server's own part. All may be left out. */
export interface RoutesHooks {
  /**
   * Gets ready for a change, such as a listening socket. Nothing is changed yet: what it throws is the answer.
   *
   * @returns what takes it back, for when the change can't be kept
   */
  prepare?(entry: RouteEntry, before: Route | undefined): Promise<void | (() => void | Promise<void>)>
  /**
   * Keeps an entry over a restart. What it throws is the answer, and nothing was changed.
   *
   * @param forgotten names of deleted routes that need not be kept any more
   */
  keep?(entry: RouteEntry, forgotten: readonly string[]): Promise<void> | void
  /** The change is made. Throws nothing. */
  changed?(entry: RouteEntry, before: Route | undefined): void
  /**
   * Answers when what the backends of a held route have in flight has ended, or after `limitMs`, or when nobody waits for it
   * any more.
   *
   * @returns how many are left
   */
  drain?(name: string, limitMs: number, signal: AbortSignal): Promise<number>
  inFlight?(name: string): number
  status?(route: Route): Omit<RouteStatus, 'route'>
}

export interface Routes {
  /** @throws as `RouteTable.decide`, and what the server's own part throws */
  change(change: Change): Promise<RouteEntry>
  get(name: string): Route | undefined
  routes(): Route[]
  entries(): RouteEntry[]
  status(): RouteStatus[]
  inFlight(name: string): number
  drain(name: string, limitMs: number, signal: AbortSignal): Promise<number>
  watch: Watchers['add']
}

export function createRoutes(table: RouteTable, hooks: RoutesHooks = {}): Routes {
  const watchers = createWatchers({ routes: table.routes })
  let last: Promise<unknown> = Promise.resolve()

  const make = async (change: Change): Promise<RouteEntry> => {
    const { entry, isNew } = table.decide(change)
    if (!isNew) return entry
    const { name, route } = entry
    const before = table.get(name)
    const takeBack = await hooks.prepare?.(entry, before)
    // Kept first: what is not kept must not be seen by anybody.
    try {
      await hooks.keep?.(entry, table.forgottenBy(entry))
    } catch (error) {
      await takeBack?.()
      throw error
    }
    table.set(entry)
    hooks.changed?.(entry, before)
    watchers.tell(route === null ? { deleted: name } : { route })
    return entry
  }

  const idle = { connections: 0, waiting: 0, served: 0, failed: 0, backends: [] }
  return {
    change: (change) => {
      const made = last.then(() => make(change))
      // The next one is made whatever became of this one, which its caller is told.
      last = made.catch(() => {})
      return made
    },
    get: table.get,
    routes: table.routes,
    entries: table.entries,
    status: () => table.routes().map((route) => ({ route, ...(hooks.status?.(route) ?? idle) })),
    inFlight: (name) => hooks.inFlight?.(name) ?? 0,
    drain: async (name, limitMs, signal) => (await hooks.drain?.(name, limitMs, signal)) ?? 0,
    watch: watchers.add,
  }
}
