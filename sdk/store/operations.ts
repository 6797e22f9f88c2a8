import type { DatabaseSync } from 'node:sqlite'
import { BusyError, InvalidRequestError, NotFoundError } from '../../proto/errors.ts'
import { readDocument, writeDocument } from './document.ts'
import { machineBusy } from './locks.ts'
import { isAlive, ownHandle } from './process-handle.ts'
import type { FailureRecord, HookRecord, OperationKind, OperationRecord, ProcessHandle } from './records.ts'
import { operationSchema } from './schemas.ts'
import { atomically } from './transaction.ts'

/** How an operation ended. */
export interface Outcome {
  state: 'done' | 'undone' | 'failed'
  error?: { code: string; message: string }
}

/** What was done to machines, and what is under way. */
export interface Operations {
  /** Records an operation as running, owned by this process. `plan` is kept as JSON. */
  begin(operation: { id: string; kind: OperationKind; machine: string; plan: unknown }): OperationRecord

  /**
   * Records how it ended and gives back every lock that was taken for it.
   *
   * @throws NotFoundError `OPERATION_NOT_FOUND`
   */
  finish(id: string, outcome: Outcome): OperationRecord

  /**
   * Adds who in a guest was told of it.
   *
   * @throws NotFoundError `OPERATION_NOT_FOUND`
   */
  addHooks(id: string, hooks: readonly HookRecord[]): void

  /**
   * Says what groups lack in a machine, in place of what was said of that machine before: a step may be done again.
   *
   * @throws NotFoundError `OPERATION_NOT_FOUND`
   */
  setFailures(id: string, machine: string, failures: readonly FailureRecord[]): void

  /**
   * Says that this process, though it lives, does no more for an operation that did not end: anybody may take it over now. Without
   * effect when it has ended, or another process took it over.
   *
   * @throws NotFoundError `OPERATION_NOT_FOUND`
   */
  abandon(id: string): void

  /**
   * Makes this process the owner of an operation, and of its locks, whose own process has ended.
   *
   * @throws NotFoundError `OPERATION_NOT_FOUND`
   * @throws InvalidRequestError `OPERATION_ENDED`
   * @throws BusyError `OPERATION_RUNNING` while its process lives, `MACHINE_BUSY` while one of its machines is being stopped
   */
  takeOver(id: string): OperationRecord

  /** @throws NotFoundError `OPERATION_NOT_FOUND` */
  get(id: string): OperationRecord

  /** The latest first. */
  list(): OperationRecord[]

  /** Those that have not ended. */
  running(): OperationRecord[]
}

/** Says which process it was; none lives that has this handle, for none was started that late. */
const formerOwner = (): ProcessHandle => ({ pid: process.pid, startTicks: Number.MAX_SAFE_INTEGER })

// An error text can hold a whole command line of somebody's.
const longestText = 2000

export function operations(database: DatabaseSync): Operations {
  const insertRow = database.prepare('INSERT INTO operations (id, record) VALUES (?, ?)')
  const updateRow = database.prepare('UPDATE operations SET record = ? WHERE id = ?')
  const selectRow = database.prepare('SELECT record FROM operations WHERE id = ?')
  const selectAll = database.prepare(
    "SELECT id, record FROM operations ORDER BY json_extract(record, '$.startedAt') DESC, id",
  )
  const selectRunning = database.prepare(
    "SELECT id, record FROM operations WHERE json_extract(record, '$.state') = 'running' ORDER BY id",
  )
  const giveLocksBack = database.prepare('DELETE FROM locks WHERE operation = ?')
  // See `besideInterrupted` in locks.ts.
  const selectBeside = database.prepare(
    `SELECT own.machine, beside.operation, beside.pid, beside.start_ticks FROM locks AS own
     JOIN locks AS beside ON beside.machine = 'beside:' || own.machine WHERE own.operation = ?`,
  )
  const takeLocksOver = database.prepare('UPDATE locks SET pid = ?, start_ticks = ? WHERE operation = ?')

  const read = (id: unknown, text: unknown) =>
    readDocument({ schema: operationSchema, text, what: `operation ${id}` })
  const write = (operation: OperationRecord) =>
    writeDocument({ schema: operationSchema, value: operation, what: `operation ${operation.id}` })
  const get = (id: string) => {
    const row = selectRow.get(id)
    if (row) return read(id, row['record'])
    throw new NotFoundError({
      code: 'OPERATION_NOT_FOUND',
      message: `there is no operation ${id}`,
      remedy: 'See the ids with: cleave operations',
    })
  }
  const give = (id: string, owner: ProcessHandle) => {
    takeLocksOver.run(owner.pid, owner.startTicks, id)
    return change(id, { owner })
  }
  const change = (id: string, patch: Partial<OperationRecord>) => {
    const operation = { ...get(id), ...patch }
    updateRow.run(write(operation), id)
    return operation
  }

  return {
    get,
    begin: (operation) => {
      const record: OperationRecord = {
        ...operation,
        state: 'running',
        owner: ownHandle(),
        startedAt: Date.now(),
      }
      insertRow.run(record.id, write(record))
      return record
    },
    finish: (id, { state, error }) =>
      atomically(database, () => {
        giveLocksBack.run(id)
        const reason = error && {
          code: error.code.slice(0, longestText),
          message: error.message.slice(0, longestText),
        }
        return change(id, { state, endedAt: Date.now(), ...(reason && { error: reason }) })
      }),
    addHooks: (id, hooks) => {
      if (hooks.length === 0) return
      atomically(database, () => change(id, { hooks: [...(get(id).hooks ?? []), ...hooks] }))
    },
    setFailures: (id, machine, failures) =>
      atomically(database, () => {
        const { failures: before = [] } = get(id)
        const others = before.filter((failure) => failure.machine !== machine)
        if (before.length + failures.length > 0) change(id, { failures: [...others, ...failures] })
      }),
    abandon: (id) =>
      atomically(database, () => {
        const { state, owner } = get(id)
        if (state === 'running' && owner.pid === process.pid) give(id, formerOwner())
      }),
    takeOver: (id) =>
      atomically(database, () => {
        checkAbandoned(get(id))
        for (const row of selectBeside.all(id)) refuseBeside(row)
        return give(id, ownHandle())
      }),
    list: () => selectAll.all().map((row) => read(row['id'], row['record'])),
    running: () => selectRunning.all().map((row) => read(row['id'], row['record'])),
  }
}

/** A machine that is being stopped would end whatever is begun with it. */
function refuseBeside(row: Record<string, unknown>): void {
  const owner = { pid: Number(row['pid']), startTicks: Number(row['start_ticks']) }
  if (isAlive(owner))
    throw machineBusy(String(row['machine']), { operation: String(row['operation']), owner })
}

function checkAbandoned({ id, state, owner }: OperationRecord): void {
  if (state !== 'running') {
    throw new InvalidRequestError({
      code: 'OPERATION_ENDED',
      message: `operation ${id} has ended already: it is ${state}`,
      remedy: 'Nothing is left to do for it.',
    })
  }
  if (isAlive(owner)) {
    throw new BusyError({
      code: 'OPERATION_RUNNING',
      message: `operation ${id} is under way in process ${owner.pid}`,
      remedy: 'Wait until it has ended.',
    })
  }
}
