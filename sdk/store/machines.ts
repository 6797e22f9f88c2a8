import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { InvalidRequestError, NotFoundError } from '../../proto/errors.ts'
import { type Allocation, type AllocationRequest, allocate } from './allocation.ts'
import { readDocument, writeDocument } from './document.ts'
import { hostInterfaces } from './host-interfaces.ts'
import type { MachineRecord } from './records.ts'
import { machineSchema } from './schemas.ts'
import { atomically } from './transaction.ts'

export type MachinePatch = Partial<Omit<MachineRecord, 'name' | 'parent'>>

/** The machines of this host. */
export interface Machines {
  /** @throws InvalidRequestError `MACHINE_EXISTS` */
  insert(machine: MachineRecord): void

  /**
   * Picks a name, addresses and a tap that no other machine has, and inserts the record that `complete` makes of
   * them, in one transaction: two processes never pick the same.
   *
   * @throws InvalidRequestError `BAD_NAME`, `MACHINE_EXISTS`, `BAD_SUBNET`
   * @throws UnavailableError `NO_ADDRESS` when the subnet is full
   */
  create(request: AllocationRequest, complete: (allocation: Allocation) => MachineRecord): MachineRecord

  /** @throws NotFoundError `MACHINE_NOT_FOUND` */
  get(name: string): MachineRecord

  /** Undefined when there is none. */
  find(name: string): MachineRecord | undefined

  /** By name. */
  list(): MachineRecord[]

  /**
   * Changes the fields that `patch` holds and answers the whole record.
   *
   * @throws NotFoundError `MACHINE_NOT_FOUND`
   */
  update(name: string, patch: MachinePatch): MachineRecord

  /** May be repeated. */
  delete(name: string): void
}

export function machines(database: DatabaseSync): Machines {
  const insertRow = database.prepare('INSERT INTO machines (name, record) VALUES (?, ?)')
  const selectRow = database.prepare('SELECT record FROM machines WHERE name = ?')
  const selectAll = database.prepare('SELECT name, record FROM machines ORDER BY name')
  const updateRow = database.prepare('UPDATE machines SET record = ? WHERE name = ?')
  const deleteRow = database.prepare('DELETE FROM machines WHERE name = ?')

  const read = (name: unknown, text: unknown) =>
    readDocument({ schema: machineSchema, text, what: `machine ${name}` })
  const write = (machine: MachineRecord) =>
    writeDocument({ schema: machineSchema, value: machine, what: `machine ${machine.name}` })

  const find = (name: string) => {
    const row = selectRow.get(name)
    return row && read(name, row['record'])
  }
  const get = (name: string) => {
    const machine = find(name)
    if (machine) return machine
    throw new NotFoundError({
      code: 'MACHINE_NOT_FOUND',
      message: `there is no machine ${name}`,
      remedy: 'See the names with: cleave vm list',
    })
  }
  const list = () => selectAll.all().map((row) => read(row['name'], row['record']))
  const insert = (machine: MachineRecord) =>
    atomically(database, () => {
      if (selectRow.get(machine.name)) throw machineExists(machine.name)
      insertRow.run(machine.name, write(machine))
    })

  return {
    insert,
    find,
    get,
    list,
    create: (request, complete) =>
      atomically(database, () => {
        const taken = { machines: list(), interfaces: hostInterfaces() }
        const machine = complete(allocate(request, taken, randomBytes))
        insert(machine)
        return machine
      }),
    update: (name, patch) =>
      atomically(database, () => {
        const machine = { ...get(name), ...patch }
        updateRow.run(write(machine), name)
        return machine
      }),
    delete: (name) => {
      deleteRow.run(name)
    },
  }
}

function machineExists(name: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'MACHINE_EXISTS',
    message: `there is a machine ${name} already`,
    remedy: `Choose another name, or delete it with: cleave vm delete ${name}`,
  })
}
