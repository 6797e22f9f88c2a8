import type { DatabaseSync } from 'node:sqlite'
import { readDocument, writeDocument } from './document.ts'
import type { RouteRecord } from './records.ts'
import { routeSchema } from './schemas.ts'
import { atomically } from './transaction.ts'

/** Fields to set; those that are `undefined` go. */
export type RoutePatch = {
  [Field in keyof Omit<RouteRecord, 'name' | 'number'>]?: RouteRecord[Field] | undefined
}

/** Where clients of groups are to be sent. A record stays when its route is gone: its number must not begin anew. */
export interface Routes {
  /** Undefined when it was never published. */
  find(name: string): RouteRecord | undefined

  /** By name. */
  list(): RouteRecord[]

  /** Changes a route without a number of its own: nobody is told of it yet. The record is made when there is none. */
  note(name: string, patch: RoutePatch): RouteRecord

  /**
   * The number of the next change. It is never below the time in milliseconds, so that whoever was told of changes by a store
   * that was lost does not take those of a new one for late.
   */
  nextNumber(name: string): number
}

export function routes(database: DatabaseSync): Routes {
  const selectRow = database.prepare('SELECT record FROM routes WHERE name = ?')
  const selectAll = database.prepare('SELECT name, record FROM routes ORDER BY name')
  const replaceRow = database.prepare('INSERT OR REPLACE INTO routes (name, record) VALUES (?, ?)')

  const read = (name: unknown, text: unknown) =>
    readDocument({ schema: routeSchema, text, what: `route ${name}` })
  const find = (name: string) => {
    const row = selectRow.get(name)
    return row && read(name, row['record'])
  }
  const change = (
    name: string,
    patchOf: (before: RouteRecord) => Partial<Record<keyof RouteRecord, unknown>>,
  ) =>
    atomically(database, () => {
      const before = find(name) ?? { name, number: 0, backends: [] }
      const fields = Object.entries({ ...before, ...patchOf(before) }).filter(
        ([, value]) => value !== undefined,
      )
      const route = Object.fromEntries(fields) as unknown as RouteRecord
      replaceRow.run(name, writeDocument({ schema: routeSchema, value: route, what: `route ${name}` }))
      return route
    })

  return {
    find,
    list: () => selectAll.all().map((row) => read(row['name'], row['record'])),
    note: (name, patch) => change(name, () => patch),
    nextNumber: (name) => change(name, ({ number }) => ({ number: Math.max(number + 1, Date.now()) })).number,
  }
}
