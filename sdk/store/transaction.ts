import type { DatabaseSync } from 'node:sqlite'

/**
 * Runs `work` in one transaction, or within the one that is under way. It takes the right to write at once: a
 * transaction that read first and then had to wait to write could have decided on old values.
 */
export function atomically<Result>(database: DatabaseSync, work: () => Result): Result {
  if (database.isTransaction) return work()
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // A full disk can have ended the transaction already.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/**
 * Runs `work` in one transaction that is taken back: it sees what it writes, and nobody else ever does.
 *
 * Throws what `work` throws.
 */
export function rehearse<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    return work()
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}
