/** Events of one monitor, kept until somebody asks for them. */
import type { QmpEvent } from './message.ts'

export interface EventQueue {
  push(event: QmpEvent): void
  /**
   * The first event that is `wanted`, also of those that came before the call. Nobody else gets it again. Rejects
   * with the reason of the signal, or of the queue's end.
   */
  next(wanted: (event: QmpEvent) => boolean, signal: AbortSignal): Promise<QmpEvent>
  /** Fails everybody who waits, and whoever asks later for what has not come. */
  end(reason: Error): void
}

interface Waiting {
  wanted: (event: QmpEvent) => boolean
  resolve: (event: QmpEvent) => void
  reject: (reason: unknown) => void
}

/** @param options.longest how many events are kept; the oldest are dropped. */
export function createEventQueue({ longest }: { longest: number }): EventQueue {
  const events: QmpEvent[] = []
  const waiting = new Set<Waiting>()
  let ended: Error | undefined

  return {
    push(event) {
      for (const taker of waiting) {
        if (!taker.wanted(event)) continue
        taker.resolve(event)
        return
      }
      events.push(event)
      if (events.length > longest) events.shift()
    },
    next(wanted, signal) {
      const index = events.findIndex(wanted)
      const [event] = index < 0 ? [] : events.splice(index, 1)
      if (event) return Promise.resolve(event)
      if (ended) return Promise.reject(ended)
      return wait(waiting, wanted, signal)
    },
    end(reason) {
      ended ??= reason
      for (const { reject } of waiting) reject(reason)
    },
  }
}

async function wait(
  waiting: Set<Waiting>,
  wanted: Waiting['wanted'],
  signal: AbortSignal,
): Promise<QmpEvent> {
  const { promise, resolve, reject } = Promise.withResolvers<QmpEvent>()
  const taker = { wanted, resolve, reject }
  const abort = () => reject(signal.reason)
  waiting.add(taker)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await promise
  } finally {
    waiting.delete(taker)
    signal.removeEventListener('abort', abort)
  }
}
