/** How it ended that somebody was told. */
import type { HookOutcome } from '../../proto/generated/messages.ts'

export interface Ending {
  outcome: HookOutcome
  /** Why it is not done, empty when it is. */
  detail: string
  /** The end of what a command wrote. */
  output?: string
}

export const done: Ending = { outcome: 'HOOK_OUTCOME_DONE', detail: '' }

export const cancelled: Ending = {
  outcome: 'HOOK_OUTCOME_CANCELLED',
  detail: 'ended, because another one refused or the split was taken back',
}

export function broken(detail: string): Ending {
  return { outcome: 'HOOK_OUTCOME_BROKEN', detail }
}

export function refused(detail: string): Ending {
  return { outcome: 'HOOK_OUTCOME_REFUSED', detail }
}

export function timedOut(seconds: number): Ending {
  return { outcome: 'HOOK_OUTCOME_TIMED_OUT', detail: `not done within ${seconds} s` }
}
