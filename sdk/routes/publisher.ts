/** What can be told where clients are to be sent: a proxy, a DNS server, a load balancer that somebody runs already. */
import type { RouteBackend, RouteDefinition, RouteState } from './definition.ts'

/**
 * Every call is answered or fails within its deadline. A change whose number is not above the last one that the publisher was told
 * changes nothing there, and is refused as late.
 */
export interface Publisher extends AsyncDisposable {
  /** As routes.yaml names it. */
  readonly name: string

  /**
   * Whether it could serve a route with so many backends. Changes nothing.
   *
   * @throws UnavailableError `PUBLISHER_UNREACHABLE` and others when it can't be reached, or lacks something
   */
  check(definition: RouteDefinition, backends: number): Promise<void>

  /** Creates a route, or replaces all of it; one that is held stays held. Throws as all below. */
  put(state: RouteState): Promise<void>

  /**
   * From now on new work waits. Answers when nothing is in flight any more, or after the time to drain, with how many still are.
   * Where nothing can wait, as in DNS, it does nothing.
   */
  hold(state: RouteState, options: { drainMilliseconds: number }): Promise<number>

  /** Other backends. What is held stays held. */
  switch(state: RouteState): Promise<void>

  /** What waits goes on. */
  release(state: RouteState): Promise<void>

  /** May be repeated. */
  delete(state: RouteState): Promise<void>

  /** Of the definitions: those that it has. */
  list(definitions: readonly RouteDefinition[]): Promise<PublishedRoute[]>
}

/** A route as its publisher has it. Undefined where it does not count such a thing. */
export interface PublishedRoute {
  name: string
  number: number
  held: boolean
  backends: PublishedBackend[]
  connections?: number
  waiting?: number
  served?: number
  failed?: number
}

export interface PublishedBackend extends Omit<RouteBackend, 'machine'> {
  up?: boolean
}

/** From the beginning of a call to its answer, beside the time to drain. */
export const publisherMs = 5_000
