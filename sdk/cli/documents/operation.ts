/** An operation in JSON: fields that stay, whatever the store keeps. Pure. */
import type { JournalEntry, OperationRecord } from '../../store/records.ts'

/** @param alive whether the process that carries it out still exists */
export function operationDocument(operation: OperationRecord, alive: boolean) {
  const { id, kind, machine, owner, startedAt, endedAt, error, failures = [] } = operation
  return {
    id,
    kind,
    // Nobody works on it, and it is not finished: it has to be recovered.
    state: operation.state === 'running' && !alive ? ('interrupted' as const) : operation.state,
    machine,
    processId: owner.pid,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === undefined ? null : new Date(endedAt).toISOString(),
    error: error ?? null,
    failures,
  }
}

export type OperationDocument = ReturnType<typeof operationDocument>

/** The steps of an operation, each with the last that was written down of it. */
export function stepDocuments(journal: readonly JournalEntry[]) {
  const byPosition = Map.groupBy(journal, ({ position }) => position)
  return [...byPosition.values()].flatMap((entries) => {
    const first = entries.at(0)
    const last = entries.at(-1)
    if (first === undefined || last === undefined) return []
    return [
      {
        step: last.step,
        state: last.state,
        begunAt: new Date(first.at).toISOString(),
        changedAt: new Date(last.at).toISOString(),
      },
    ]
  })
}

export type StepDocument = ReturnType<typeof stepDocuments>[number]
