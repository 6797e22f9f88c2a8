/** What this machine took, and what it had of it before: so that it has no less when the merge is taken back. */
import * as z from 'zod'
import { operationNotes } from './operation-notes.ts'

const takenGroup = z.object({
  name: z.string(),
  /** It was this machine's before, too: two machines from one template both have it, idle. */
  isOwn: z.boolean(),
  /** Names of the marks of its units here, which go. */
  marks: z.array(z.string()),
  /** Units that did not run here: what runs of them from now on ends when the group goes back. */
  down: z.array(z.string()),
  /** Of its own: units that were active before, such as a timer, in the order of their start. */
  units: z.array(z.string()),
  /** It is again as it was before, but for what did not start. */
  back: z.object({ failures: z.array(z.object({ unit: z.string(), reason: z.string() })) }).optional(),
})

const takenNote = z.object({
  operation: z.string(),
  groups: z.array(takenGroup),
})

export type TakenNote = z.infer<typeof takenNote>

export const takenNotes = operationNotes('taken.json', takenNote)
