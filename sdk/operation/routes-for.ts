/** Which routes lead to groups that are to move, and whether all who serve them can be reached. */
import { allSettled } from '../all-settled.ts'
import type { Ports } from '../machine/ports.ts'
import {
  backendOf,
  type PlannedRoute,
  planRoutes,
  type RoutedGroup,
  type RouteMove,
  type RoutePlace,
} from '../planning/routes.ts'
import { readRoutesConfiguration } from '../routes/configuration.ts'
import type { RouteDefinition } from '../routes/definition.ts'
import { openPublishers } from '../routes/publishers.ts'
import type { MachineRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

export interface GroupToMove {
  group: RoutedGroup
  from: RoutePlace
  /** In how many machines it will be. */
  homes: number
}

/**
 * Changes nothing.
 *
 * @throws InvalidRequestError `BAD_ROUTES` and what {@link planRoutes} throws
 * @throws UnavailableError, UnansweredError, RefusedError what a publisher says that can't serve one of them
 */
export async function routesFor(
  { store, settings }: Pick<Ports, 'store' | 'settings'>,
  moving: readonly GroupToMove[],
): Promise<RouteDefinition[]> {
  const configuration = await readRoutesConfiguration(settings.home)
  const own = configuration.routes.filter(({ group }) => moving.some((one) => one.group.name === group))
  for (const definition of own)
    for (const { group, from } of moving)
      if (group.name === definition.group) backendOf(definition, group, from)
  await using publishers = openPublishers(configuration)
  await allSettled(
    own.flatMap((definition) => {
      const known = store.routes.find(definition.name)?.backends.length ?? 0
      const homes = moving
        .filter(({ group }) => group.name === definition.group)
        .reduce((total, one) => total + one.homes, 0)
      return publishers
        .of(definition)
        .map((name) =>
          publishers.with(name, (publisher) => publisher.check(definition, Math.max(known, homes))),
        )
    }),
  )
  return own
}

export interface MovesToPlan {
  definitions: readonly RouteDefinition[]
  moves: readonly RouteMove[]
  keepsConnections: boolean
}

/** Throws as {@link planRoutes} does. */
export function planKnownRoutes({ routes }: Store, { definitions, ...wish }: MovesToPlan): PlannedRoute[] {
  const known = new Map(routes.list().map(({ name, backends }) => [name, backends]))
  return planRoutes({ definitions, known, ...wish })
}

export function placeOf({ name, address, userNetwork }: MachineRecord): RoutePlace {
  return { name, address, ...(userNetwork && { userNetwork }) }
}
