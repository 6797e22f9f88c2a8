import { closeSync, openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BusyError, CleaveError, FailedError, UnavailableError } from '../../proto/errors.ts'
import { migrations } from './schema.ts'

/**
 * Opens the store for the one server that writes to it, and makes it when it is missing.
 *
 * @throws BusyError `STORE_TAKEN` when another server has it
 * @throws UnavailableError `STORE_TOO_NEW`; FailedError `STORE_UNREADABLE`
 */
export async function openStoreFile(path: string): Promise<{ database: DatabaseSync; close(): void }> {
  let lock: DatabaseSync | undefined
  let database: DatabaseSync | undefined
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    lock = lockStore(path)
    database = openFile(path)
    // FULL: an answered update is on the disk, also when power is lost.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
    migrate(database, path)
  } catch (error) {
    database?.close()
    lock?.close()
    throw error instanceof CleaveError ? error : unreadable(path, error)
  }
  const held = lock
  const opened = database
  return {
    database: opened,
    close: () => {
      opened.close()
      held.close()
    },
  }
}

function openFile(path: string): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600))
  return new DatabaseSync(path, { enableForeignKeyConstraints: true })
}

/** A lock that the kernel takes back when the process ends in whatever way: that of a transaction in a file beside it. */
function lockStore(path: string): DatabaseSync {
  const lock = openFile(`${path}.lock`)
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock.close()
    throw new BusyError({
      code: 'STORE_TAKEN',
      message: `another server has the store ${path}`,
      remedy: 'Stop it first, or name another store.',
      cause,
    })
  }
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version > migrations.length) {
    throw new UnavailableError({
      code: 'STORE_TOO_NEW',
      message: `the store ${path} has schema version ${version}, this server knows ${migrations.length}`,
      remedy: 'Use the version of Cleave that wrote it, or a later one.',
    })
  }
  for (const [index, migration] of migrations.entries()) {
    if (index >= version) database.exec(`BEGIN; ${migration} PRAGMA user_version = ${index + 1}; COMMIT;`)
  }
}

export function unreadable(path: string, cause: unknown): FailedError {
  return new FailedError({
    code: 'STORE_UNREADABLE',
    message: `the store ${path} can't be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: 'Check the rights to the file and its folder; when it is damaged, restore it from a backup.',
    cause,
  })
}
