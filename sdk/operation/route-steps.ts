/** Steps of every operation that moves groups with routes. */
import type { PlannedRoute } from '../planning/routes.ts'
import type { Routing } from './routing.ts'
import type { Step, WorkStep } from './steps.ts'

export interface RoutedContext {
  routing: Routing
}

/** Lets everybody know of the routes as they are: whoever can't be told is known before anything is held. */
export const putRoutes: WorkStep<RoutedContext> = {
  name: 'routes',
  commits: false,
  run: ({ routing }) => routing.put(),
  undo: ({ routing }) => routing.goBack(),
}

/** New work waits from here on. Taken back with the step before. */
export const holdRoutes: WorkStep<RoutedContext> = {
  name: 'hold',
  commits: false,
  run: ({ routing }) => routing.hold(),
}

/** Clients go on, where their groups are now. Who could not be told is told again by the last step. */
export const leadRoutes: WorkStep<RoutedContext> = {
  name: 'lead',
  commits: false,
  run: ({ routing }) => routing.lead(),
}

/** The last step: a publisher that is gone keeps no machine from going on. */
export const finishRoutes: WorkStep<RoutedContext> = {
  name: 'publish',
  commits: false,
  run: ({ routing }) => routing.finish(),
}

const routeSteps: readonly unknown[] = [putRoutes, holdRoutes, leadRoutes, finishRoutes]

/** The same steps, without those of routes when there are none. */
export function withRoutes<Context>(
  steps: readonly Step<Context>[],
  routes: readonly PlannedRoute[] = [],
): readonly Step<Context>[] {
  return routes.length > 0 ? steps : steps.filter((step) => !routeSteps.includes(step))
}
