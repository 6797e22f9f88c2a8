/** One operation at a time for each machine and each disk, among all processes of this host. */
import type { DatabaseSync } from 'node:sqlite'
import { BusyError } from '../../proto/errors.ts'
import { isAlive, ownHandle } from './process-handle.ts'
import type { OperationKind, ProcessHandle } from './records.ts'
import { atomically } from './transaction.ts'

/** The right to change a machine or a disk. */
export interface Lock extends Disposable {
  /** May be repeated. */
  release(): void
}

export interface LockHolder {
  /** What it is held for: an operation's id, or a word such as `start`. */
  operation: string
  owner: ProcessHandle
}

export interface LockOptions {
  /**
   * Whether the lock is granted although an interrupted operation on the machine that this one was split from still has to be recovered,
   * for which this one may have to run. @default false
   */
  whileParentInterrupted?: boolean
  /**
   * Whether it is granted although an interrupted merge or resize of the machine still has to be recovered, which may be held up by
   * this very machine. That operation keeps its own lock. @default false
   */
  besideInterrupted?: boolean
}

export interface Locks {
  /**
   * Takes the machine's lock for an operation. The lock of a process that has ended is taken from it, unless its
   * operation still has to be recovered. A split of the machine that this one was split from may not be done with this one either:
   * what a child wrote to disks of its groups may be in an image that is given up.
   *
   * @throws BusyError `MACHINE_BUSY` names the operation and the process that hold it
   * @throws BusyError `OPERATION_INTERRUPTED` when the holder's process has ended in mid-operation
   */
  lockMachine(machine: string, operation: string, options?: LockOptions): Lock

  /**
   * Takes a disk's lock: of its record, of where its image is, and of what may begin with it. Read the record when it is held. A
   * machine that has the disk has a lock of its own, which split and merge hold. The lock of a process that has ended is taken from it.
   *
   * @throws BusyError `DISK_LOCKED` names the operation and the process that hold it
   */
  lockDisk(disk: string, operation: string): Lock

  /** Undefined when the machine is free: also when its holder has ended and left nothing to recover. */
  holder(machine: string): LockHolder | undefined
}

export function locks(database: DatabaseSync): Locks {
  const selectRow = database.prepare('SELECT operation, pid, start_ticks FROM locks WHERE machine = ?')
  const replaceRow = database.prepare(
    'INSERT OR REPLACE INTO locks (machine, operation, pid, start_ticks) VALUES (?, ?, ?, ?)',
  )
  const deleteRow = database.prepare(
    'DELETE FROM locks WHERE machine = ? AND operation = ? AND pid = ? AND start_ticks = ?',
  )
  const selectUnfinished = database.prepare(
    "SELECT json_extract(record, '$.kind') AS kind FROM operations WHERE id = ? AND json_extract(record, '$.state') = 'running'",
  )
  const selectParent = database.prepare(
    "SELECT json_extract(record, '$.parent') AS parent FROM machines WHERE name = ?",
  )

  const holder = (machine: string): LockHolder | undefined => {
    const row = selectRow.get(machine)
    if (!row) return undefined
    const owner = { pid: Number(row['pid']), startTicks: Number(row['start_ticks']) }
    const operation = String(row['operation'])
    return isAlive(owner) || selectUnfinished.get(operation) ? { operation, owner } : undefined
  }

  const isA = (kind: OperationKind, { operation }: LockHolder): boolean =>
    selectUnfinished.get(operation)?.['kind'] === kind

  const write = (key: string, operation: string): Lock => {
    const { pid, startTicks } = ownHandle()
    replaceRow.run(key, operation, pid, startTicks)
    const release = () => {
      if (database.isOpen) deleteRow.run(key, operation, pid, startTicks)
    }
    return { release, [Symbol.dispose]: release }
  }

  return {
    holder,
    lockDisk: (disk, operation) =>
      atomically(database, () => {
        const key = diskKey(disk)
        const other = holder(key)
        if (other) throw diskBusy(disk, other)
        return write(key, operation)
      }),
    lockMachine: (machine, operation, { whileParentInterrupted = false, besideInterrupted = false } = {}) =>
      atomically(database, () => {
        const beside = holder(besideKey(machine))
        if (beside) throw refusal(machine, beside)
        const parent = selectParent.get(machine)?.['parent']
        const above = typeof parent === 'string' ? holder(parent) : undefined
        if (above && isA('split', above) && (isAlive(above.owner) || !whileParentInterrupted))
          throw refusal(String(parent), above)
        const other = holder(machine)
        if (other === undefined) return write(machine, operation)
        const mayWait = isA('merge', other) || isA('resize', other)
        if (isAlive(other.owner) || !besideInterrupted || !mayWait) throw refusal(machine, other)
        return write(besideKey(machine), operation)
      }),
  }
}

/** No machine has such a name. */
const diskKey = (disk: string) => `disk:${disk}`
const besideKey = (machine: string) => `beside:${machine}`

function refusal(machine: string, holder: LockHolder): BusyError {
  return isAlive(holder.owner) ? machineBusy(machine, holder) : operationInterrupted(machine, holder)
}

/** What `lockMachine` throws while somebody who lives holds the machine. */
export function machineBusy(machine: string, { operation, owner }: LockHolder): BusyError {
  return new BusyError({
    code: 'MACHINE_BUSY',
    message: `machine ${machine} is held by operation ${operation} in process ${owner.pid}`,
    remedy: 'Wait until that operation has ended, then try again.',
  })
}

function diskBusy(disk: string, { operation, owner }: LockHolder): BusyError {
  return new BusyError({
    code: 'DISK_LOCKED',
    message: `disk ${disk} is held by operation ${operation} in process ${owner.pid}`,
    remedy: 'Wait until that operation has ended, then try again.',
  })
}

function operationInterrupted(machine: string, { operation, owner }: LockHolder): BusyError {
  return new BusyError({
    code: 'OPERATION_INTERRUPTED',
    message: `operation ${operation} on machine ${machine} was interrupted: process ${owner.pid} has left it unfinished`,
    remedy: 'Run `cleave operations recover`, then try again.',
  })
}
