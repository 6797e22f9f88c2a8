/** Routes that an admin writes into a file, beside changes that come while the server runs. Pure. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { Route } from '../generated/route-messages.ts'
import type { Change } from './change.ts'
import { mostRoutes } from './limits.ts'
import { fileRouteSchema } from './schema.ts'

/** The list `routes` of a settings file. */
export const fileRoutesSchema = z
  .array(fileRouteSchema)
  .max(mostRoutes)
  .refine((routes) => new Set(routes.map(({ name }) => name)).size === routes.length, 'names one route twice')

/** What a file said of each route when it was last read, by name: to be kept with the table. */
export type FileMemory = Readonly<Record<string, string>>

export interface FilePlan {
  changes: Change[]
  memory: FileMemory
}

/**
 * What a file asks for. A route is put when the file says something else of it than before, and deleted when the file names
 * it no more: what was changed by calls since then stays, also over a restart.
 */
export function planFile(options: {
  routes: readonly Route[]
  memory: FileMemory
  exists: (name: string) => boolean
}): FilePlan {
  const { routes, memory, exists } = options
  const now = Object.fromEntries(routes.map((route) => [route.name, digest(route)]))
  const puts = routes
    .filter(({ name }) => memory[name] !== now[name])
    .map((route): Change => ({ kind: 'put', name: route.name, number: 0, route }))
  const deletes = Object.keys(memory)
    .filter((name) => !Object.hasOwn(now, name) && exists(name))
    .map((name): Change => ({ kind: 'delete', name, number: 0 }))
  return { changes: [...deletes, ...puts], memory: now }
}

function digest(route: Route): string {
  return createHash('sha256').update(JSON.stringify(route)).digest('hex')
}
