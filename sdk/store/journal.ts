import type { DatabaseSync } from 'node:sqlite'
import { readDocument, writeDocument } from './document.ts'
import type { JournalEntry } from './records.ts'
import { journalEntrySchema } from './schemas.ts'

/** What an operation has done so far, so that a later process can take it back or finish it. */
export interface Journal {
  /**
   * Adds an entry; a later one for the same position replaces what an earlier one said. Another process finds it at
   * once. It is on the disk when the call returns, or when the transaction ends that it is a part of; not so with
   * `flush: false`, which takes a tenth of the time and stands outside of transactions.
   */
  append(entry: Omit<JournalEntry, 'at'>, options?: { flush: boolean }): JournalEntry

  /** All entries of an operation, in the order in which they were added. */
  list(operation: string): JournalEntry[]
}

export function journal(database: DatabaseSync): Journal {
  const insertRow = database.prepare('INSERT INTO journal (operation, entry) VALUES (?, ?)')
  const selectAll = database.prepare('SELECT entry FROM journal WHERE operation = ? ORDER BY number')

  const schema = journalEntrySchema
  const what = (operation: string) => `the journal of operation ${operation}`

  return {
    append: (step, options = { flush: true }) => {
      const entry: JournalEntry = { ...step, at: Date.now() }
      const text = writeDocument({ schema, value: entry, what: what(entry.operation) })
      if (!options.flush) database.exec('PRAGMA synchronous = NORMAL')
      try {
        insertRow.run(entry.operation, text)
      } finally {
        if (!options.flush) database.exec('PRAGMA synchronous = FULL')
      }
      return entry
    },
    list: (operation) =>
      selectAll
        .all(operation)
        .map((row) => readDocument({ schema, text: row['entry'], what: what(operation) })),
  }
}
