/** The way of one client to a backend: it waits while the route is held, and tries another backend when one can't be had. */
import type { Context } from '../context.ts'
import { type BackendConnection, dial, isOwnLack } from '../dial.ts'
import type { Upstream } from '../http/pool.ts'
import type { BackendState, Occupant } from './backend.ts'
import type { Refusal } from './gate.ts'
import type { RouteState } from './route-state.ts'

/** `none`: no backend takes a connection. `lack`: this process can't open one. */
export type Unreached = Refusal | 'none' | 'lack'

export interface ReachOptions {
  route: RouteState
  context: Context
  /** Who is at the backend from the attempt on. */
  occupant: Occupant
  /** Called when it has to wait, for the route or for a connection. */
  onWait: () => void
  /** Called instead with a connection that no request uses, where there is one. Without it a new one is always made. */
  onIdle?: (upstream: Upstream) => void
  onReached: (connection: BackendConnection) => void
  onUnreached: (reason: Unreached) => void
}

export interface Reach {
  /** Begins, or begins again. */
  go(): void
  /** The backend was no good: it is not tried again. */
  failed(): void
  /** Ends the stay at the backend, and whatever is under way. */
  stop(): void
  /** The last that was tried. */
  backend(): BackendState | undefined
  isConnecting(): boolean
}

export function createReach(options: ReachOptions): Reach {
  const { route, context, occupant, onWait, onIdle, onReached, onUnreached } = options
  let tried: Set<BackendState> | undefined
  let backend: BackendState | undefined
  let giveUp: (() => void) | undefined
  let vacate: (() => void) | undefined

  const stop = (): void => {
    giveUp?.()
    giveUp = undefined
    vacate?.()
    vacate = undefined
  }

  const failed = (): void => {
    if (backend === undefined) return
    backend.failed()
    tried ??= new Set()
    tried.add(backend)
  }

  const connect = (): void => {
    giveUp = undefined
    backend = route.pick(tried)
    if (backend === undefined) {
      onUnreached('none')
      return
    }
    vacate = route.occupy(backend, occupant)
    const idle = onIdle === undefined ? undefined : backend.pool.take()
    if (idle !== undefined) {
      onIdle?.(idle)
      return
    }
    onWait()
    const { address, port } = backend
    giveUp = dial({
      address,
      port,
      timeoutMs: context.settings.timeouts.connect,
      onConnect: (connection) => {
        giveUp = undefined
        onReached(connection)
      },
      onFailure: (error) => {
        giveUp = undefined
        stop()
        if (isOwnLack(error)) {
          context.log('error', 'no connection to a backend can be opened', { error })
          return onUnreached('lack')
        }
        failed()
        go()
      },
    })
  }

  const go = (): void => {
    stop()
    if (!route.gate.held) {
      connect()
      return
    }
    onWait()
    giveUp = route.gate.wait({
      go: () => {
        // Others, or the same ones again.
        tried = undefined
        connect()
      },
      refuse: (reason) => {
        giveUp = undefined
        onUnreached(reason)
      },
    })
  }

  return {
    go,
    failed,
    stop,
    backend: () => backend,
    isConnecting: () => vacate !== undefined && giveUp !== undefined,
  }
}
