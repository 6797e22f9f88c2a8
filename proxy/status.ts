import type { RouteStatus } from '../proto/generated/route-messages.ts'
import type { RouteState } from './route/route-state.ts'

/** A route as those see it who ask for the list. @param state undefined for one that no proxy serves */
export function statusOf(state: RouteState | undefined): Omit<RouteStatus, 'route'> {
  if (state === undefined) return { connections: 0, waiting: 0, served: 0, failed: 0, backends: [] }
  const { counts, gate, backends } = state
  return {
    connections: Math.max(0, counts.now - gate.waiting),
    waiting: gate.waiting,
    served: counts.served,
    failed: counts.failed,
    backends: backends.map(({ address, port, up, connections }) => ({ address, port, up, connections })),
  }
}
