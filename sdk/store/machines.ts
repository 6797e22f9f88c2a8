import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { InvalidRequestError, NotFoundError } from '../../proto/errors.ts'
import { type Allocation, type AllocationRequest, allocate, pickTap } from './allocation.ts'
import { readDocument, writeDocument } from './document.ts'
import { hostInterfaces } from './host-interfaces.ts'
import type { MachineRecord, Twin } from './records.ts'
import { machineSchema } from './schemas.ts'
import { atomically } from './transaction.ts'

/** Fields to set; those that are `undefined` go. */
export type MachinePatch = {
  [Field in keyof Omit<MachineRecord, 'name' | 'parent'>]?: MachineRecord[Field] | undefined
}

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
   * Notes that another process is to take the machine over, with a tap that no other machine has. Answers the machine
   * as it will be then.
   *
   * @throws NotFoundError `MACHINE_NOT_FOUND`
   */
  reserveTwin(name: string, twin: Pick<Twin, 'runtime' | 'memoryFile' | 'plugged'>): MachineRecord

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

  const taken = () => ({ machines: list(), interfaces: hostInterfaces() })
  const update = (name: string, patch: MachinePatch) =>
    atomically(database, () => {
      const fields = Object.entries({ ...get(name), ...patch }).filter(([, value]) => value !== undefined)
      const machine = Object.fromEntries(fields) as unknown as MachineRecord
      updateRow.run(write(machine), name)
      return machine
    })

  return {
    insert,
    find,
    get,
    list,
    update,
    create: (request, complete) =>
      atomically(database, () => {
        const machine = complete(allocate(request, taken(), randomBytes))
        insert(machine)
        return machine
      }),
    reserveTwin: (name, reserved) =>
      atomically(database, () => {
        const twin: Twin = { ...reserved, memory: 'shared', tap: pickTap(taken()) }
        const before = get(name)
        update(name, { twin })
        return { ...before, ...twin }
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
