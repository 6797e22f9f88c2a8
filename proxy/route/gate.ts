/** Where clients of a held route wait. */
import type { Holding } from '../../proto/routing/limits.ts'

export type Refusal = 'full' | 'late'

export interface Waiter {
  go(): void
  /** It waits no more: there are too many already, or it took too long. */
  refuse(reason: Refusal): void
}

export interface Gate {
  readonly held: boolean
  readonly waiting: number
  hold(): void
  /** Those that wait go on, some at a time, in the order in which they came. */
  release(): void
  /** @returns what ends the waiting, for when the client goes away */
  wait(waiter: Waiter): () => void
  /** Refuses all that wait. */
  close(): void
}

// So that the backends get connections as fast as they can take them, and others are served meanwhile.
const atOnce = 128

/** @param limits those of now */
export function createGate(limits: () => Holding): Gate {
  const waiters = new Map<Waiter, NodeJS.Timeout>()
  let held = false
  let letting = false

  const take = (waiter: Waiter): void => {
    clearTimeout(waiters.get(waiter))
    waiters.delete(waiter)
  }

  const letGo = (): void => {
    letting = false
    if (held) return
    const first = [...waiters.keys().take(atOnce)]
    for (const waiter of first) {
      take(waiter)
      waiter.go()
    }
    if (waiters.size > 0) letLater()
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
    hold: () => {
      held = true
    },
    release: () => {
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
