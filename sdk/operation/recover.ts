/** Goes on with what processes that have ended left in the middle. */
import type { Ports } from '../machine/ports.ts'
import { isAlive } from '../store/process-handle.ts'
import type { OperationKind } from '../store/records.ts'
import { recoverResize } from './resize/recover.ts'
import { recoverSplit } from './split/recover.ts'

/** One operation that was found without its process. */
export interface Recovered {
  operation: string
  machine: string
  /** `failed`: see `error`; it is tried again the next time. */
  outcome: 'finished' | 'undone' | 'failed'
  error?: Error
}

/** By the kind of the operation. */
const recoveries: Partial<Record<OperationKind, typeof recoverSplit>> = {
  split: recoverSplit,
  resize: recoverResize,
}

/** Never throws for a single operation: the others matter as much. */
export async function recoverOperations(ports: Ports): Promise<Recovered[]> {
  const recovered: Recovered[] = []
  for (const { id, kind, machine, owner } of ports.store.operations.running()) {
    const recover = recoveries[kind]
    if (isAlive(owner) || recover === undefined) continue
    try {
      recovered.push({ operation: id, machine, outcome: await recover(ports, id) })
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      recovered.push({ operation: id, machine, outcome: 'failed', error })
    }
  }
  return recovered
}
