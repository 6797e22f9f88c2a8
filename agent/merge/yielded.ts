/** What this machine yielded, and what ran of it: so that it can be taken back, once. */
import * as z from 'zod'
import { operationNotes } from './operation-notes.ts'

const yieldedGroup = z.object({
  name: z.string(),
  /** Names of the marks that make it foreign. */
  held: z.array(z.string()),
  /** Units that ran, in the order of their start. */
  units: z.array(z.string()),
})

export type YieldedGroup = z.infer<typeof yieldedGroup>

const takenBack = z.object({
  groups: z.array(z.object({ group: z.string(), units: z.array(z.string()) })),
  failures: z.array(z.object({ group: z.string(), unit: z.string(), reason: z.string() })),
})

export const yieldedNotes = operationNotes(
  'yielded.json',
  z.object({
    operation: z.string(),
    groups: z.array(yieldedGroup),
    /** What came of taking it back: the first answer may be lost. */
    back: takenBack.optional(),
  }),
)
