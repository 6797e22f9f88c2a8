/** Tells everybody of changes of routes. */
import { CleaveError } from '../../proto/errors.ts'
import type { Routes } from '../store/routes.ts'
import type { RouteBackend, RouteDefinition, RouteState } from './definition.ts'
import type { Publisher } from './publisher.ts'
import type { Publishers } from './publishers.ts'

/** One publisher that could not be told of a route. */
export interface PublishingFailure {
  route: string
  publisher: string
  error: Error
}

export interface RouteWork {
  definition: RouteDefinition
  backends: readonly RouteBackend[]
}

/** Makes one change, with the number that `next` gives, at one publisher. */
export type Change = (publisher: Publisher, next: () => RouteState) => Promise<unknown>

/**
 * Makes a change of each route at all of its publishers, side by side. One that fails keeps none of the others from it.
 *
 * @returns those that failed, none when all is as it should be
 */
export async function changeAll(
  { routes, publishers }: { routes: Routes; publishers: Publishers },
  works: readonly RouteWork[],
  change: Change,
): Promise<PublishingFailure[]> {
  const results = works.flatMap(({ definition, backends }) => {
    const next = () => ({ definition, backends, number: routes.nextNumber(definition.name) })
    return publishers.of(definition).map(async (publisher): Promise<PublishingFailure[]> => {
      try {
        await publishers.with(publisher, (open) => change(open, next))
        return []
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown))
        return [{ route: definition.name, publisher, error }]
      }
    })
  })
  return (await Promise.all(results)).flat()
}

/** For people, such as `shop.http at edge: …`. */
export function failureText({ route, publisher, error }: PublishingFailure): string {
  const remedy = error instanceof CleaveError ? ` ${error.remedy}` : ''
  return `${route} at ${publisher}: ${error.message}.${remedy}`
}
