/** Commands that are run before and after a split. */
import * as z from 'zod'
import { patience } from '../../../proto/application.ts'
import { longestHookMs } from '../../../proto/deadlines.ts'
import { absolutePath, user } from './fields.ts'

const defaultSeconds = 30

const argument = z
  .string()
  .max(4096)
  .refine((text) => !text.includes('\0'), { error: 'expected no null byte' })

/** No shell: the program, and what it is given. */
const command = z.tuple([absolutePath], argument).refine((words) => words.length <= 64, {
  error: 'expected at most 64 words',
})

const timeoutSeconds = (longest: number) => z.number().positive().max(longest).default(defaultSeconds)

const hook = z.strictObject({ command, user, timeoutSeconds: timeoutSeconds(longestHookMs / 1000) })

/** Those of an admin, who says as whom each runs. */
export const hooks = z.strictObject({ beforeSplit: hook.optional(), afterSplit: hook.optional() })

const ownHook = z.strictObject({ command, timeoutSeconds: timeoutSeconds(patience.whole) })

/** Those of an application: they run as the owner of its file. */
export const ownHooks = z.strictObject({ beforeSplit: ownHook.optional(), afterSplit: ownHook.optional() })

export type Hooks = z.output<typeof hooks>

/** @param user the owner of the file */
export function ownHooksAs({ beforeSplit, afterSplit }: z.output<typeof ownHooks>, user: string): Hooks {
  return {
    ...(beforeSplit && { beforeSplit: { ...beforeSplit, user } }),
    ...(afterSplit && { afterSplit: { ...afterSplit, user } }),
  }
}
