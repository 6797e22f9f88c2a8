/** Routes in JSON: fields that stay, whatever the store keeps. Pure. */
import type { PlannedLeading } from '../../planning/leading.ts'
import type { PushReport } from '../../routes/push.ts'
import type { PublisherView, RouteView } from '../../routes/view.ts'
import { errorDocument } from './error.ts'

export function routesDocument(views: readonly RouteView[]) {
  return { routes: views.map(routeDocument) }
}

export function routeDocument({ definition, backends, heldBy, publishers }: RouteView) {
  const { name, group, endpoint } = definition
  return {
    name,
    group,
    endpoint,
    backends,
    heldBy: heldBy ?? null,
    publishers: publishers.map(publisherDocument),
  }
}

export function publisherDocument({ publisher, state, published, error }: PublisherView) {
  const { number, backends = [], connections, waiting, served, failed } = published ?? {}
  return {
    publisher,
    state,
    number: number ?? null,
    backends: backends.map(({ address, port, up }) => ({ address, port: port || null, up: up ?? null })),
    connections: connections ?? null,
    waiting: waiting ?? null,
    served: served ?? null,
    failed: failed ?? null,
    error: error ? errorDocument(error) : null,
  }
}

export function pushDocument({ pushed, deleted, failures, unknown }: PushReport) {
  return {
    pushed: pushed.map(({ route, backends, heldBy }) => ({ route, backends, heldBy: heldBy ?? null })),
    deleted,
    failures: failures.map(({ route, publisher, error }) => ({
      route,
      publisher,
      error: errorDocument(error),
    })),
    unknown: unknown.map(({ machine, error }) => ({ machine, error: errorDocument(error) })),
  }
}

/** What a split or a merge would mean for who leads clients. */
export function leadingDocument({ routes, addresses }: PlannedLeading) {
  return {
    routes: routes.map(({ definition, before, after, drainMilliseconds, restarts }) => {
      const { name, group, endpoint, publishers } = definition
      return { name, group, endpoint, publishers, before, after, drainMilliseconds, restarts }
    }),
    addresses,
  }
}

export type LeadingDocument = ReturnType<typeof leadingDocument>
export type RoutesDocument = ReturnType<typeof routesDocument>
export type RouteDocument = ReturnType<typeof routeDocument>
export type PublisherDocument = ReturnType<typeof publisherDocument>
