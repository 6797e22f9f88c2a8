/** Where clients of a held route wait. */
import type { Holding } from '../../proto/routing/limits.ts'

export type Refusal = 'full' | 'late'

export interface Waiter {
  /** @param arrived to be called once a backend has taken it, or it has given up: then the next one goes */
  go(arrived: () => void): void
  /** It waits no more: there are too many already, or it took too long. */
  refuse(reason: Refusal): void
}

export interface Gate {
  readonly held: boolean
  readonly waiting: number
  /** When it was held for the last time, by performance.now(); -Infinity when it never was. */
  readonly releasedAt: number
  hold(): void
  /** Those that wait go on in the order in which they came, each when one before it has arrived. */
  release(): void
  /** @returns what ends the waiting, for when the client goes away */
  wait(waiter: Waiter): () => void
  /** Refuses all that wait. */
  close(): void
}

// On their way to backends. All of them at once would be more than a backend lets wait until it takes them: it would not answer some.
const atOnce = 64

/** @param limits those of now */
export function createGate(limits: () => Holding): Gate {
  const waiters = new Map<Waiter, NodeJS.Timeout>()
  let held = false
  let releasedAt = Number.NEGATIVE_INFINITY
  let letting = false
  let underWay = 0

  const take = (waiter: Waiter): void => {
    clearTimeout(waiters.get(waiter))
    waiters.delete(waiter)
  }

  const letGo = (): void => {
    letting = false
    if (held) return
    for (const waiter of [...waiters.keys().take(atOnce - underWay)]) {
      take(waiter)
      underWay += 1
      waiter.go(arrival())
    }
  }

  const arrival = (): (() => void) => {
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      underWay -= 1
      if (waiters.size > 0) letLater()
    }
  }

  const letLater = (): void => {
    if (letting) return
    letting = true
    setImmediate(letGo)
  }

  return {
    get held() {
      return held
    },
    get waiting() {
      return waiters.size
    },
    get releasedAt() {
      return releasedAt
    },
    hold: () => {
      held = true
    },
    release: () => {
      if (held) releasedAt = performance.now()
      held = false
      letLater()
    },
    wait: (waiter) => {
      const { waiting, milliseconds } = limits()
      if (waiters.size >= waiting) {
        // Whoever asks is told afterwards, as it would be later.
        queueMicrotask(() => waiter.refuse('full'))
        return () => {}
      }
      const timer = setTimeout(() => {
        waiters.delete(waiter)
        waiter.refuse('late')
      }, milliseconds)
      waiters.set(waiter, timer)
      if (!held) letLater()
      return () => take(waiter)
    },
    close: () => {
      for (const waiter of waiters.keys()) {
        take(waiter)
        waiter.refuse('late')
      }
    },
  }
}
