/** What a change makes of a route. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { InvalidRequestError, NotFoundError, RefusedError } from '../errors.ts'
import type { Route } from '../generated/route-messages.ts'
import type { Change, RouteEntry } from './change.ts'
import { highestNumber } from './limits.ts'
import { backendsProblem } from './schema.ts'

export interface Decision {
  entry: RouteEntry
  /** False when it was made before: the same change again. */
  isNew: boolean
}

/**
 * Decides on a change by what is known of its name.
 *
 * @param before undefined when nothing is
 * @throws RefusedError `CHANGE_LATE`, `NUMBERS_EXHAUSTED`
 * @throws NotFoundError `ROUTE_NOT_FOUND`
 * @throws InvalidRequestError `BAD_ROUTE` for backends that don't fit the route
 */
export function decide(before: RouteEntry | undefined, change: Change): Decision {
  const last = before?.number ?? 0
  if (change.number !== 0 && change.number <= last && before !== undefined) {
    if (change.number === last && isSame(before, change)) return { entry: before, isNew: false }
    throw late(before, change)
  }
  if (change.number === 0 && last === highestNumber) throw exhausted(change.name)
  const number = change.number || last + 1
  const { name, kind } = change
  const made = make(before?.route ?? null, change)
  const route = made === null ? null : { ...made, name, number }
  return { entry: { name, number, last: kind, route }, isNew: true }
}

function make(route: Route | null, change: Change): Route | null {
  switch (change.kind) {
    case 'put':
      return { ...change.route, held: route?.held ?? false }
    case 'delete':
      // With a number it also stands against a put that is still on its way.
      if (route === null && change.number === 0) throw notFound(change.name)
      return null
    case 'switch': {
      const switched = { ...existing(route, change), backends: change.backends }
      const problem = backendsProblem(switched)
      if (problem !== undefined) throw unfit(change.name, problem)
      return switched
    }
    default:
      return { ...existing(route, change), held: change.kind === 'hold' }
  }
}

/** The last change left the route as it is: so both can be compared by what they leave. */
function isSame({ last, route }: RouteEntry, change: Change): boolean {
  if (last !== change.kind) return false
  if (change.kind === 'switch') return isDeepStrictEqual(route?.backends, change.backends)
  if (change.kind !== 'put') return true
  return isDeepStrictEqual(route, { ...change.route, held: route?.held, number: change.number })
}

function existing(route: Route | null, { name }: Change): Route {
  if (route === null) throw notFound(name)
  return route
}

function notFound(name: string): NotFoundError {
  return new NotFoundError({
    code: 'ROUTE_NOT_FOUND',
    message: `there is no route ${name}`,
    remedy: 'Put it first, or list the routes that there are.',
  })
}

function late({ name, number, last }: RouteEntry, change: Change): RefusedError {
  return new RefusedError({
    code: 'CHANGE_LATE',
    message: `${change.kind} number ${change.number} of route ${name} came after ${last} number ${number}`,
    remedy: 'Ask for the route as it is now; if the change is still wanted, give it a higher number.',
  })
}

function exhausted(name: string): RefusedError {
  return new RefusedError({
    code: 'NUMBERS_EXHAUSTED',
    message: `route ${name} has the highest number that there is`,
    remedy: 'Use another name for the route.',
  })
}

function unfit(name: string, problem: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'BAD_ROUTE',
    message: `the backends don't fit route ${name}: ${problem}`,
    remedy: 'Name a port for each backend.',
  })
}
