import type { DatabaseSync } from 'node:sqlite'
import { InvalidRequestError, NotFoundError } from '../../proto/errors.ts'
import { readDocument, writeDocument } from './document.ts'
import type { DiskRecord } from './records.ts'
import { diskSchema } from './schemas.ts'
import { atomically } from './transaction.ts'

/** Fields to set; those that are `undefined` go. */
export type DiskPatch = { [Field in keyof Omit<DiskRecord, 'name'>]?: DiskRecord[Field] | undefined }

/** The disks of groups that this host has. */
export interface Disks {
  /** @throws InvalidRequestError `DISK_EXISTS` */
  insert(disk: DiskRecord): void

  /** @throws NotFoundError `DISK_NOT_FOUND` */
  get(name: string): DiskRecord

  /** Undefined when there is none. */
  find(name: string): DiskRecord | undefined

  /** By name. */
  list(): DiskRecord[]

  /**
   * Changes the fields that `patch` holds and answers the whole record.
   *
   * @throws NotFoundError `DISK_NOT_FOUND`
   */
  update(name: string, patch: DiskPatch): DiskRecord

  /** May be repeated. */
  delete(name: string): void
}

export function disks(database: DatabaseSync): Disks {
  const insertRow = database.prepare('INSERT INTO disks (name, record) VALUES (?, ?)')
  const selectRow = database.prepare('SELECT record FROM disks WHERE name = ?')
  const selectAll = database.prepare('SELECT name, record FROM disks ORDER BY name')
  const updateRow = database.prepare('UPDATE disks SET record = ? WHERE name = ?')
  const deleteRow = database.prepare('DELETE FROM disks WHERE name = ?')

  const read = (name: unknown, text: unknown) =>
    readDocument({ schema: diskSchema, text, what: `disk ${name}` })
  const write = (disk: DiskRecord) =>
    writeDocument({ schema: diskSchema, value: disk, what: `disk ${disk.name}` })

  const find = (name: string) => {
    const row = selectRow.get(name)
    return row && read(name, row['record'])
  }
  const get = (name: string) => {
    const disk = find(name)
    if (disk) return disk
    throw new NotFoundError({
      code: 'DISK_NOT_FOUND',
      message: `there is no disk ${name}`,
      remedy: 'See the names with: cleave disk list',
    })
  }

  return {
    find,
    get,
    list: () => selectAll.all().map((row) => read(row['name'], row['record'])),
    insert: (disk) =>
      atomically(database, () => {
        if (selectRow.get(disk.name)) throw diskExists(disk.name)
        insertRow.run(disk.name, write(disk))
      }),
    update: (name, patch) =>
      atomically(database, () => {
        const fields = Object.entries({ ...get(name), ...patch }).filter(([, value]) => value !== undefined)
        const disk = Object.fromEntries(fields) as unknown as DiskRecord
        updateRow.run(write(disk), name)
        return disk
      }),
    delete: (name) => {
      deleteRow.run(name)
    },
  }
}

function diskExists(name: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'DISK_EXISTS',
    message: `there is a disk ${name} already`,
    remedy: 'Choose another name. See those that there are with: cleave disk list',
  })
}
