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
  /** Whether backends answer: then whoever waits next goes when this one was, see {@link Reach.answered}. @default false */
  awaitsAnswer?: boolean
  onUnreached: (reason: Unreached) => void
}

export interface Reach {
  /** Begins, or begins again. */
  go(): void
  /** The backend was no good: it is not tried again. */
  failed(): void
  /** The backend has begun to answer. */
  answered(): void
  /** Ends the stay at the backend, and whatever is under way. */
  stop(): void
  /** The last that was tried. */
  backend(): BackendState | undefined
  isConnecting(): boolean
}

/** Between two tries of who waited. */
const pauseMs = 250
// Some answers come late by intention. With less, a backend that is slow for its load gets more than it can take.
const answerMs = 1000
// Of backends that were silent for as long as connecting may take. HAProxy has as many by default.
const mostRetries = 3

export function createReach(options: ReachOptions): Reach {
  const { route, context, occupant, onWait, onIdle, onReached, onUnreached, awaitsAnswer = false } = options
  let tried: Set<BackendState> | undefined
  let backend: BackendState | undefined
  let giveUp: (() => void) | undefined
  let vacate: (() => void) | undefined
  let arrived: (() => void) | undefined
  let turnTimer: NodeJS.Timeout | undefined
  let patientUntil = 0
  // In a row.
  let silent = 0

  const endTurn = (): void => {
    if (arrived === undefined) return
    clearTimeout(turnTimer)
    arrived()
    arrived = undefined
  }
  const connected = (): void => {
    if (!awaitsAnswer) endTurn()
    else if (arrived !== undefined) turnTimer = setTimeout(endTurn, answerMs)
  }

  const leave = (): void => {
    giveUp?.()
    giveUp = undefined
    vacate?.()
    vacate = undefined
  }
  const stop = (): void => {
    endTurn()
    leave()
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
      tryLater()
      return
    }
    vacate = route.occupy(backend, occupant)
    const idle = onIdle === undefined ? undefined : backend.pool.take()
    if (idle !== undefined) {
      connected()
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
        silent = 0
        connected()
        onReached(connection)
      },
      onFailure: (error) => {
        giveUp = undefined
        leave()
        if (isOwnLack(error)) {
          endTurn()
          context.log('error', 'no connection to a backend can be opened', { error })
          return onUnreached('lack')
        }
        silent = error.code === 'ETIMEDOUT' ? silent + 1 : 0
        failed()
        if (route.gate.held) go()
        else connect()
      },
    })
  }

  /**
   * Whoever waited for a service, or comes when it has just moved, goes on waiting for it to take connections. Others are told at once
   * that nobody takes any, unless the last backend was only silent: it may be there, and busy.
   */
  const tryLater = (): void => {
    const { milliseconds } = route.limits
    patientUntil = Math.max(patientUntil, route.gate.releasedAt + milliseconds)
    const isPatient = performance.now() < patientUntil
    if (!isPatient && (silent === 0 || silent > mostRetries)) {
      endTurn()
      onUnreached('none')
      return
    }
    tried = undefined
    onWait()
    // It keeps its turn: those behind it would find nobody either.
    const timer = setTimeout(() => {
      stop()
      if (isPatient) queue()
      else go()
    }, pauseMs)
    giveUp = () => clearTimeout(timer)
  }

  const go = (): void => {
    stop()
    // Those that came before go first.
    if (!route.gate.held && route.gate.waiting === 0) {
      connect()
      return
    }
    queue()
  }

  const queue = (): void => {
    onWait()
    if (route.gate.held || patientUntil === 0) patientUntil = performance.now() + route.limits.milliseconds
    giveUp = route.gate.wait({
      go: (whenArrived) => {
        arrived = whenArrived
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
    answered: endTurn,
    stop,
    backend: () => backend,
    isConnecting: () => vacate !== undefined && giveUp !== undefined,
  }
}
