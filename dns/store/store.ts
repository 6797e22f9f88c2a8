/** What outlives the server: written records of all zones, and routes with their numbers. */
import type { DatabaseSync } from 'node:sqlite'
import type { RouteEntry } from '../../proto/routing/change.ts'
import type { FileMemory } from '../../proto/routing/file-routes.ts'
import { entrySchema } from '../../proto/routing/stored.ts'
import type { NodeChange, RecordSet } from '../zone/zone.ts'

/** All of it is kept, or nothing. */
export interface Change {
  zones: readonly { origin: string; changes: readonly NodeChange[]; file?: string }[]
  route?: { entry: RouteEntry; forgotten: readonly string[] }
}

export interface StoredZone {
  origin: string
  /** Of the zone file that was last read. */
  file: string | undefined
  sets: RecordSet[]
}

export interface Store {
  zone(origin: string): StoredZone | undefined
  routes(): RouteEntry[]
  fileMemory(): FileMemory
  keepFileMemory(memory: FileMemory): void
  keep(change: Change): void
}

export function createStore(database: DatabaseSync): Store {
  const statement = (text: string) => database.prepare(text)
  const zone = statement('SELECT file FROM zones WHERE origin = ?')
  const sets = statement('SELECT name, type, ttl, data FROM record_sets WHERE origin = ?')
  const addZone = statement('INSERT INTO zones (origin) VALUES (?) ON CONFLICT DO NOTHING')
  const setFile = statement('UPDATE zones SET file = ? WHERE origin = ?')
  const removeNode = statement('DELETE FROM record_sets WHERE origin = ? AND name = ?')
  const addSet = statement('INSERT INTO record_sets (origin, name, type, ttl, data) VALUES (?, ?, ?, ?, ?)')
  const removeRoute = statement('DELETE FROM routes WHERE name = ?')
  const addRoute = statement('INSERT INTO routes (name, entry) VALUES (?, ?)')
  const routes = statement('SELECT entry FROM routes ORDER BY position')
  const memory = statement('SELECT memory FROM route_files')
  const clearMemory = statement('DELETE FROM route_files')
  const addMemory = statement('INSERT INTO route_files (memory) VALUES (?)')

  const keepNode = (origin: string, { name, sets: list = [] }: NodeChange): void => {
    removeNode.run(origin, name)
    for (const { type, ttl, data } of list) addSet.run(origin, name, type, ttl, packed(data))
  }
  const atomically = (work: () => void): void => {
    database.exec('BEGIN IMMEDIATE')
    try {
      work()
      database.exec('COMMIT')
    } catch (error) {
      // A full disk can have ended it already.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
  return {
    zone: (origin) => {
      const row = zone.get(origin)
      if (row === undefined) return undefined
      return {
        origin,
        file: row['file'] === null ? undefined : String(row['file']),
        sets: sets.all(origin).map(readSet),
      }
    },
    routes: () => routes.all().map((row) => entrySchema.parse(JSON.parse(String(row['entry'])))),
    fileMemory: () => JSON.parse(String(memory.get()?.['memory'] ?? '{}')),
    keepFileMemory: (now) =>
      atomically(() => {
        clearMemory.run()
        addMemory.run(JSON.stringify(now))
      }),
    keep: (change) =>
      atomically(() => {
        for (const { origin, changes, file } of change.zones) {
          addZone.run(origin)
          if (file !== undefined) setFile.run(file, origin)
          for (const one of changes) keepNode(origin, one)
        }
        if (change.route === undefined) return
        const { entry, forgotten } = change.route
        for (const name of [...forgotten, entry.name]) removeRoute.run(name)
        addRoute.run(entry.name, JSON.stringify(entry))
      }),
  }
}

function packed(data: readonly Buffer[]): Buffer {
  return Buffer.concat(data.flatMap((one) => [Buffer.of(one.length >> 8, one.length & 0xff), one]))
}

function readSet(row: Record<string, unknown>): RecordSet {
  const bytes = Buffer.from(row['data'] as Uint8Array)
  const data: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + bytes.readUInt16BE(at)
    data.push(bytes.subarray(at + 2, end))
    at = end
  }
  return { name: String(row['name']), type: Number(row['type']), ttl: Number(row['ttl']), data }
}
