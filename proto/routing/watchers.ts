/** Those who watch the routes. Each is told the latest of every route, however slowly it listens. */
import { UnavailableError } from '../errors.ts'
import type { Route, RouteEventInput } from '../generated/route-messages.ts'

export interface Watchers {
  /**
   * Tells all routes, then each change.
   *
   * @returns what ends it
   * @throws UnavailableError `TOO_MANY_WATCHERS`
   */
  add(watcher: Watcher): () => void
  tell(event: { route: Route } | { deleted: string }): void
}

export interface Watcher {
  /** False when no more should be sent until {@link Watcher.whenReady} calls back. */
  send(event: RouteEventInput): boolean
  whenReady(callback: () => void): void
  /** It is too far behind: it is told no more. */
  fail(error: UnavailableError): void
}

export const mostWatchers = 256
/** What one may be behind, in routes: all that there may be, and as many that were deleted. */
const longestBacklog = 20_000

/** @param options.routes those of now */
export function createWatchers(options: { routes: () => Route[]; longestBacklog?: number }): Watchers {
  const { routes, longestBacklog: longest = longestBacklog } = options
  const told = new Set<(name: string, event: RouteEventInput) => void>()

  return {
    add: (watcher) => {
      if (told.size >= mostWatchers) throw tooMany()
      // By name, so that a later change of a route takes the place of one that was not told yet.
      const backlog = new Map<string, RouteEventInput>()
      let ready = true

      const flush = (): void => {
        ready = true
        for (const [name, event] of backlog) {
          backlog.delete(name)
          if (!watcher.send(event)) {
            wait()
            return
          }
        }
      }
      const wait = (): void => {
        ready = false
        watcher.whenReady(flush)
      }
      const tell = (name: string, event: RouteEventInput): void => {
        backlog.delete(name)
        backlog.set(name, event)
        if (ready) flush()
        else if (backlog.size > longest) {
          told.delete(tell)
          watcher.fail(tooSlow())
        }
      }

      for (const route of routes()) backlog.set(route.name, { route })
      // No name is empty: it comes after the routes, and no change takes its place.
      backlog.set('', { complete: true })
      told.add(tell)
      flush()
      return () => {
        told.delete(tell)
        backlog.clear()
      }
    },
    tell: (event) => {
      const name = 'route' in event ? event.route.name : event.deleted
      for (const tell of told) tell(name, event)
    },
  }
}

function tooMany(): UnavailableError {
  return new UnavailableError({
    code: 'TOO_MANY_WATCHERS',
    message: `${mostWatchers} clients watch the routes already`,
    remedy: 'End one of them, then try again.',
  })
}

function tooSlow(): UnavailableError {
  return new UnavailableError({
    code: 'WATCH_TOO_SLOW',
    message: 'the client that watches the routes is too far behind',
    remedy: 'Watch again: that begins with all routes as they are.',
  })
}
