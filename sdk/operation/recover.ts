/** Goes on with what processes that have ended left in the middle. */
import type { Ports } from '../machine/ports.ts'
import { isAlive } from '../store/process-handle.ts'
import type { FailureRecord, OperationKind } from '../store/records.ts'
import { recoverMerge } from './merge/recover.ts'
import { recoverResize } from './resize/recover.ts'
import { recoverSplit } from './split/recover.ts'

/** One operation that was found without its process. */
export interface Recovered {
  operation: string
  machine: string
  /** `failed`: see `error`; it is tried again the next time. */
  outcome: 'finished' | 'undone' | 'failed'
  error?: Error
  /** What groups lack though it was finished or taken back, also what was noted before it was interrupted. @default nothing */
  failures?: FailureRecord[]
}

/** By the kind of the operation. */
const recoveries: Record<OperationKind, typeof recoverSplit> = {
  split: recoverSplit,
  merge: recoverMerge,
  resize: recoverResize,
}

/** Never throws for a single operation: the others matter as much. */
export async function recoverOperations(ports: Ports): Promise<Recovered[]> {
  const recovered: Recovered[] = []
  // The latest first: one may be a part of another that was begun before.
  const running = ports.store.operations.running().sort((one, other) => other.startedAt - one.startedAt)
  const unready = new Set<string>()
  for (const { id, kind, machine } of running) {
    const { state, owner } = ports.store.operations.get(id)
    // Somebody else may have done it meanwhile.
    if (state !== 'running') continue
    if (isAlive(owner)) unready.add(machine)
    // What a part of it has left is to be put right first.
    if (unready.has(machine)) continue
    try {
      const outcome = await recoveries[kind](ports, id)
      const { failures } = ports.store.operations.get(id)
      recovered.push({
        operation: id,
        machine,
        outcome,
        ...(failures && { failures }),
      })
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      recovered.push({ operation: id, machine, outcome: 'failed', error })
      unready.add(machine)
    }
  }
  return recovered
}
