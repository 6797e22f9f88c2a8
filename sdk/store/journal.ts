import type { DatabaseSync } from 'node:sqlite'
import { NotFoundError } from '../../proto/errors.ts'
import { readDocument, writeDocument } from './document.ts'
import type { JournalEntry } from './records.ts'
import { journalEntrySchema } from './schemas.ts'
import { atomically } from './transaction.ts'

/** What an operation has begun, so that a later process can take it back. On the disk when a call returns. */
export interface Journal {
  /** Writes the next step of an operation as begun. Call it before the step acts. */
  append(entry: { operation: string; step: string }): JournalEntry

  /** @throws NotFoundError `JOURNAL_ENTRY_NOT_FOUND` */
  mark(entry: { operation: string; position: number; state: JournalEntry['state'] }): JournalEntry

  /** In the order in which they were begun. */
  list(operation: string): JournalEntry[]
}

export function journal(database: DatabaseSync): Journal {
  const nextPosition = database.prepare(
    'SELECT coalesce(max(position) + 1, 0) AS position FROM journal WHERE operation = ?',
  )
  const insertRow = database.prepare('INSERT INTO journal (operation, position, entry) VALUES (?, ?, ?)')
  const selectRow = database.prepare('SELECT entry FROM journal WHERE operation = ? AND position = ?')
  const selectAll = database.prepare('SELECT entry FROM journal WHERE operation = ? ORDER BY position')
  const updateRow = database.prepare('UPDATE journal SET entry = ? WHERE operation = ? AND position = ?')

  const schema = journalEntrySchema
  const what = (operation: string) => `the journal of operation ${operation}`
  const read = (operation: string, text: unknown) => readDocument({ schema, text, what: what(operation) })
  const write = (entry: JournalEntry) => writeDocument({ schema, value: entry, what: what(entry.operation) })

  return {
    append: ({ operation, step }) =>
      atomically(database, () => {
        const position = Number(nextPosition.get(operation)?.['position'])
        const entry: JournalEntry = { operation, position, step, state: 'begun', at: Date.now() }
        insertRow.run(operation, position, write(entry))
        return entry
      }),
    mark: ({ operation, position, state }) =>
      atomically(database, () => {
        const row = selectRow.get(operation, position)
        if (!row) {
          throw new NotFoundError({
            code: 'JOURNAL_ENTRY_NOT_FOUND',
            message: `operation ${operation} has no journal entry ${position}`,
            remedy: 'This is a defect of Cleave: please report it.',
          })
        }
        const entry: JournalEntry = { ...read(operation, row['entry']), state, at: Date.now() }
        updateRow.run(write(entry), operation, position)
        return entry
      }),
    list: (operation) => selectAll.all(operation).map((row) => read(operation, row['entry'])),
  }
}
