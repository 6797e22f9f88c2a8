/** What the agent knows of a split, in memory and in /run/cleave/quiesce.json. */
import * as z from 'zod'
import type { IdentityItem, SettleResponse } from '../../proto/generated/messages.ts'

const isObject = (value: unknown) => typeof value === 'object' && value !== null

const processId = z.object({ pid: z.number(), startTicks: z.number() })
const quiescedGroup = z.object({
  name: z.string(),
  cgroups: z.array(
    z.object({
      path: z.string(),
      /** It was frozen before, by somebody else, and stays so when the others thaw. */
      wasFrozen: z.boolean(),
    }),
  ),
  processes: z.array(z.object({ id: processId, name: z.string() })),
  /** Its own units, whether or not a process of them runs. */
  units: z.array(z.string()),
  /** Those in which other groups run too: foreign to a child that has none of these groups. */
  sharedUnits: z.array(z.string()).default([]),
  serviceAddresses: z.array(z.string()),
  /** Groups that are known as foreign wherever this one is: itself, or the declared groups of a user. */
  marks: z.array(z.string()),
})

const current = z.object({
  operation: z.string(),
  phase: z.enum(['quiesced', 'adopted', 'resuming', 'resumed', 'settled']),
  groups: z.array(quiescedGroup),
  /** The names of the groups of each child. */
  children: z.array(z.object({ name: z.string(), groups: z.array(z.string()) })),
  /** Which of them this copy is, once it was adopted. */
  child: z.string().optional(),
  /** What its adopter did. */
  identity: z.array(z.custom<IdentityItem>(isObject)).default([]),
  /** What was answered, for calls that come again. */
  answers: z
    .object({
      resumeMilliseconds: z.number(),
      settle: z.custom<SettleResponse>(isObject).optional(),
    })
    .default({ resumeMilliseconds: 0 }),
})

export const splitMemorySchema = z.object({
  current: current.optional(),
  /** Operations that were taken back, the last ones. */
  released: z.array(z.object({ operation: z.string(), groups: z.array(z.string()) })),
})

export type SplitMemory = z.infer<typeof splitMemorySchema>
export type SplitOperation = z.infer<typeof current>
export type SplitPhase = SplitOperation['phase']
export type QuiescedGroup = z.infer<typeof quiescedGroup>
