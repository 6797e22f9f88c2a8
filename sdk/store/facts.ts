import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { writeDocument } from './document.ts'

/** What was found out about this host and is costly to find out again. Anything here may be lost. */
export interface HostFacts {
  /** The fact, or undefined when it was never stored or does not look as `schema` says. */
  get<Value>(key: string, schema: z.ZodType<Value>): Value | undefined
  set(key: string, value: unknown): void
}

export function hostFacts(database: DatabaseSync): HostFacts {
  const selectRow = database.prepare('SELECT value FROM facts WHERE key = ?')
  const replaceRow = database.prepare('INSERT OR REPLACE INTO facts (key, value) VALUES (?, ?)')
  return {
    get: (key, schema) => {
      const row = selectRow.get(key)
      if (!row) return undefined
      // The table only takes JSON.
      const fact = schema.safeParse(JSON.parse(String(row['value'])))
      return fact.success ? fact.data : undefined
    },
    set: (key, value) => {
      replaceRow.run(
        key,
        writeDocument({ schema: z.json(), value: value as z.core.util.JSONType, what: `fact ${key}` }),
      )
    },
  }
}
