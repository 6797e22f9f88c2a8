import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CleaveError, FailedError, UnavailableError } from '../../proto/errors.ts'
import { makeFolder } from './make-folder.ts'
import { migrations } from './schema.ts'
import { atomically } from './transaction.ts'

/** How long a call waits for another process that writes. */
const busyMs = 5000

/** Opens the database file, created for its owner only, and brings its tables up to date. */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    makeFolder(dirname(path))
    closeSync(openSync(path, 'a', 0o600))
    database = new DatabaseSync(path, { timeout: busyMs, enableForeignKeyConstraints: true })
    // FULL: a journal entry must be on the disk before its step acts, or a power cut would hide the step.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
    migrate(database, path)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof CleaveError) throw error
    throw new FailedError({
      code: 'STORE_UNREADABLE',
      message: `the store ${path} can't be opened: ${error instanceof Error ? error.message : String(error)}`,
      remedy:
        'Check the rights to the file and its folder; when the file is damaged, restore it from a backup.',
      cause: error,
    })
  }
}

function migrate(database: DatabaseSync, path: string): void {
  atomically(database, () => {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (version > migrations.length) {
      throw new UnavailableError({
        code: 'STORE_TOO_NEW',
        message: `the store ${path} has schema version ${version}, this Cleave knows ${migrations.length}`,
        remedy: 'Use the version of Cleave that wrote it, or a later one.',
      })
    }
    for (const migration of migrations.slice(version)) database.exec(migration)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}
