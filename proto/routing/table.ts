/** All routes of a server, and the numbers of those that were deleted. */
import { RefusedError } from '../errors.ts'
import type { Route } from '../generated/route-messages.ts'
import type { Change, RouteEntry } from './change.ts'
import { type Decision, decide } from './decide.ts'
import { mostDeleted, mostRoutes } from './limits.ts'

export interface RouteTable {
  /** What a change would make. Nothing is changed. @throws as {@link decide}, and RefusedError `TOO_MANY_ROUTES` */
  decide(change: Change): Decision
  /** Names of deleted routes of which the number is forgotten when an entry is taken over. */
  forgottenBy(entry: RouteEntry): string[]
  /** Takes an entry over. */
  set(entry: RouteEntry): void
  /** Undefined when there is none, or it was deleted. */
  get(name: string): Route | undefined
  /** In the order in which they were made. */
  routes(): Route[]
  /** With those of deleted routes. */
  entries(): RouteEntry[]
}

/** @param options.entries of an earlier table, as its `entries()` gave them */
export function createRouteTable(
  options: { entries?: readonly RouteEntry[]; mostRoutes?: number; mostDeleted?: number } = {},
): RouteTable {
  const { mostRoutes: most = mostRoutes, mostDeleted: mostGone = mostDeleted } = options
  const present = new Map<string, RouteEntry & { route: Route }>()
  // In the order in which they were deleted.
  const deleted = new Map<string, RouteEntry>()

  const forgottenBy = ({ name, route }: RouteEntry): string[] => {
    const grows = route === null && !deleted.has(name)
    const room = mostGone - (grows ? 1 : 0)
    return [...deleted.keys()].slice(0, Math.max(0, deleted.size - room))
  }

  const set = (entry: RouteEntry): void => {
    const { name, route } = entry
    for (const oldest of forgottenBy(entry)) deleted.delete(oldest)
    deleted.delete(name)
    if (route !== null) present.set(name, { ...entry, route })
    else {
      present.delete(name)
      deleted.set(name, entry)
    }
  }

  for (const entry of options.entries ?? []) set(entry)
  return {
    decide: (change) => {
      const known = present.get(change.name)
      const decision = decide(known ?? deleted.get(change.name), change)
      if (known === undefined && decision.entry.route !== null && present.size >= most) throw tooMany(most)
      return decision
    },
    forgottenBy,
    set,
    get: (name) => present.get(name)?.route,
    routes: () => [...present.values()].map(({ route }) => route),
    entries: () => [...deleted.values(), ...present.values()],
  }
}

function tooMany(most: number): RefusedError {
  return new RefusedError({
    code: 'TOO_MANY_ROUTES',
    message: `there are ${most} routes, and there may be no more`,
    remedy: 'Delete routes that nobody needs.',
  })
}
