/** Entries of a table as text, for whatever keeps them over a restart. */
import * as z from 'zod'
import type { RouteEntry } from './change.ts'
import { nameSchema, numberSchema, routeSchema } from './schema.ts'

/** Of one entry, which JSON holds as it is. */
export const entrySchema: z.ZodType<RouteEntry> = z.strictObject({
  name: nameSchema,
  number: numberSchema,
  last: z.enum(['put', 'hold', 'switch', 'release', 'delete']),
  route: routeSchema.nullable(),
})
