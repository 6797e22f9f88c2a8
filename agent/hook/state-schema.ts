/** What the agent knows of who is told of a split, in memory and in /run/cleave/hooks.json. */
import * as z from 'zod'
import type { HookReport } from '../../proto/generated/messages.ts'

const report = z.custom<HookReport>((value) => typeof value === 'object' && value !== null)

const command = z.object({
  command: z.array(z.string()),
  /** A name or a number. */
  user: z.string(),
  timeoutSeconds: z.number(),
})

const way = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('commands'), before: command.optional(), after: command.optional() }),
  z.object({
    kind: z.literal('application'),
    name: z.string(),
    socket: z.string(),
    userId: z.number(),
    process: z.object({ pid: z.number(), startTicks: z.number() }),
  }),
])

const hook = z.object({
  /** As reports and messages name it; empty for the whole guest. */
  group: z.string(),
  /** The groups of the split that it is about: where their processes go, somebody is told. */
  groups: z.array(z.string()),
  way,
})

export const hookMemorySchema = z.object({
  operation: z.string(),
  /** It was taken back, and nothing more may come for it. */
  isOver: z.boolean(),
  entries: z.array(
    z.object({
      hook,
      /** Set before it is asked. */
      isAsked: z.boolean(),
      before: report.optional(),
      after: report.optional(),
    }),
  ),
})

export type Hook = z.infer<typeof hook>
export type CommandHook = z.infer<typeof command>
export type HookMemory = z.infer<typeof hookMemorySchema>
export type HookEntry = HookMemory['entries'][number]
