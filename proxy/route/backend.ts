/** One backend of a route, as long as the route names it. */
import type { Backend } from '../../proto/generated/route-messages.ts'
import { type Crowd, createCrowd } from '../crowd.ts'
import { createPool, type Pool } from '../http/pool.ts'

/** Somebody whose work is at a backend. */
export interface Occupant {
  /** The route names the backend no more. */
  backendLeft(): void
}

export interface BackendState {
  readonly address: string
  readonly port: number
  weight: number
  /** What it is thought to be. */
  up: boolean
  /** Connections of TCP and WebSockets, requests of HTTP, flows of UDP. */
  readonly connections: number
  readonly occupants: Crowd<Occupant>
  /** Connections to it that no request uses. */
  readonly pool: Pool
  /** A connection to it failed. Without a health check it is passed over for a while. */
  failed(): void
}

// Long enough to spare clients the wait for a backend that is gone, short enough for one that starts again.
const passedOverMs = 1_000

/** @param options.isChecked whether a health check says what is thought of it */
export function createBackend(
  { address, port, weight }: Backend,
  { isChecked }: { isChecked: () => boolean },
): BackendState {
  const occupants = createCrowd<Occupant>()
  let timer: NodeJS.Timeout | undefined
  const state: BackendState = {
    address,
    port,
    weight,
    up: true,
    get connections() {
      return occupants.size
    },
    occupants,
    pool: createPool(),
    failed: () => {
      if (isChecked()) return
      state.up = false
      clearTimeout(timer)
      timer = setTimeout(() => {
        state.up = true
      }, passedOverMs).unref()
    },
  }
  return state
}
