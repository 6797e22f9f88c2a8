/** Work that takes a while, as its caller sees it: an id, progress, a result to wait for, and a way to cancel. */
import { randomBytes } from 'node:crypto'
import { EventEmitter, on } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { OperationKind } from '../store/records.ts'
import type { StepEvent } from './steps.ts'

export type OperationEvent = StepEvent | { type: 'note'; message: string }

/** An operation that has begun. It goes on whether or not anybody watches; somebody has to {@link wait}. */
export interface Operation<Result> {
  readonly id: string
  readonly kind: OperationKind
  /** What happens from now on. Ends when the operation ends. */
  events(): AsyncIterable<OperationEvent>
  /** Its result, or what made it fail. May be called any number of times. */
  wait(): Promise<Result>
  /**
   * Asks it to stop and take back what it did. Without effect once it is committed. Whether it was in time is told
   * by {@link wait}.
   */
  cancel(): void
}

/** An id that is unique on this host, such as `split-3f9a0c21`. */
export function newOperationId(kind: OperationKind): string {
  return `${kind}-${randomBytes(4).toString('hex')}`
}

export interface OperationWork<Result> {
  id: string
  kind: OperationKind
  run(control: { report(event: OperationEvent): void; signal: AbortSignal }): Promise<Result>
}

/** Begins the work, once its caller has had the time to listen to its events. */
export function beginOperation<Result>(work: OperationWork<Result>): Operation<Result> {
  const controller = new AbortController()
  const ended = new AbortController()
  const emitter = new EventEmitter()
  const result = setImmediate()
    .then(() => work.run({ report: (event) => emitter.emit('event', event), signal: controller.signal }))
    .finally(() => ended.abort())
  // A caller that waits only later must not be taken for one that never does.
  result.catch(() => {})
  return {
    id: work.id,
    kind: work.kind,
    events: () => eventsUntil(emitter, ended.signal),
    wait: () => result,
    cancel: () => controller.abort(),
  }
}

async function* eventsUntil(emitter: EventEmitter, signal: AbortSignal): AsyncGenerator<OperationEvent> {
  if (signal.aborted) return
  try {
    for await (const [event] of on(emitter, 'event', { signal })) yield event as OperationEvent
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
