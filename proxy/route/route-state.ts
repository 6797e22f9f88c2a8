/** A route that is served: its backends, who waits for it, and what became of its clients. */
import { type Holding, holdingOf } from '../../proto/routing/limits.ts'
import type { ProxiedRoute } from '../listening/choose.ts'
import { type BackendState, createBackend, type Occupant } from './backend.ts'
import { createGate, type Gate } from './gate.ts'
import { createHealth } from './health.ts'
import { pick } from './pick.ts'

export interface RouteState {
  /** As it is now. */
  readonly route: ProxiedRoute
  readonly gate: Gate
  readonly backends: readonly BackendState[]
  readonly limits: Holding
  /** Connections of TCP, requests of HTTP, flows of UDP: of now, those that were served, and those that failed. */
  readonly counts: { now: number; served: number; failed: number }
  /** @param tried they are left out */
  pick(tried?: ReadonlySet<BackendState>): BackendState | undefined
  /** Notes that somebody's work is at a backend. @returns what ends it, to be called once */
  occupy(backend: BackendState, occupant: Occupant): () => void
  /** What backends have in flight. */
  inFlight(): number
  /** Answers when nothing is in flight, or after so long, or when nobody waits for it. */
  drained(limitMs: number, signal: AbortSignal): Promise<number>
  update(route: ProxiedRoute): void
  close(): void
}

export function createRouteState(first: ProxiedRoute): RouteState {
  let route = first
  let backends: BackendState[] = []
  let turn = 0
  const idle = new Set<() => void>()
  const gate = createGate(() => holdingOf(route.proxying))
  const health = createHealth()
  const counts = { now: 0, served: 0, failed: 0 }
  // Backends that were removed may still have some of them.
  let inFlight = 0

  const leave = (backend: BackendState): void => {
    backend.pool.close()
    for (const occupant of backend.occupants.members()) occupant.backendLeft()
  }

  const update = (next: ProxiedRoute): void => {
    const { proxying } = next
    const known = new Map(backends.map((one) => [`${one.address} ${one.port}`, one]))
    route = next
    backends = next.backends.map((given) => {
      const key = `${given.address} ${given.port}`
      const state = known.get(key)
      known.delete(key)
      if (state === undefined) {
        return createBackend(given, { isChecked: () => route.proxying.healthCheck !== null })
      }
      state.weight = given.weight
      return state
    })
    health.update(proxying.healthCheck, proxying.protocol, backends)
    if (next.held) gate.hold()
    for (const gone of known.values()) leave(gone)
    if (!next.held) gate.release()
  }
  update(first)

  return {
    get route() {
      return route
    },
    get backends() {
      return backends
    },
    get limits() {
      return holdingOf(route.proxying)
    },
    gate,
    counts,
    pick: (tried) => pick(backends, { turn: turn++, tried }),
    occupy: (backend, occupant) => {
      const leave = backend.occupants.add(occupant)
      inFlight++
      return () => {
        leave()
        inFlight--
        if (inFlight === 0) for (const tell of idle) tell()
      }
    },
    inFlight: () => inFlight,
    drained: async (limitMs, signal) => {
      if (inFlight > 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const finish = (): void => {
            clearTimeout(timer)
            idle.delete(finish)
            signal.removeEventListener('abort', finish)
            resolve()
          }
          const timer = setTimeout(finish, limitMs)
          idle.add(finish)
          signal.addEventListener('abort', finish)
        })
      }
      return inFlight
    },
    update,
    close: () => {
      gate.close()
      update({ ...route, backends: [], held: false, proxying: { ...route.proxying, onMove: 'END' } })
    },
  }
}
