/** What was said by those in a guest who were told of a split. Pure. */
import { RefusedError } from '../../../proto/errors.ts'
import type { HookReport } from '../../../proto/generated/messages.ts'
import type { HookOutcome, HookRecord } from '../../store/records.ts'

const outcomes: Record<string, HookOutcome> = {
  HOOK_OUTCOME_DONE: 'done',
  HOOK_OUTCOME_REFUSED: 'refused',
  HOOK_OUTCOME_TIMED_OUT: 'timed-out',
  HOOK_OUTCOME_GONE: 'gone',
  HOOK_OUTCOME_CANCELLED: 'cancelled',
}

// A guest may answer anything.
const mostRecords = 1000
const longestText = 1000
const longestOutput = 4096

/** @param child where it was told; empty for the parent */
export function toHookRecords(reports: readonly HookReport[], child: string): HookRecord[] {
  return reports
    .slice(0, mostRecords)
    .map(({ group, event, hook, outcome, detail, output, milliseconds }) => ({
      event: event === 'HOOK_EVENT_BEFORE_SPLIT' ? 'beforeSplit' : 'afterSplit',
      child,
      group: group.slice(0, longestText),
      hook: hook.slice(0, longestText),
      outcome: outcomes[outcome] ?? 'broken',
      detail: detail.slice(0, longestText),
      output: output.slice(-longestOutput),
      milliseconds: Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0,
    }))
}

/** True for what did not do what it does. That an application has ended is no failure. */
export function hasFailed({ outcome }: HookRecord): boolean {
  return outcome !== 'done' && outcome !== 'gone'
}

const refusals: Partial<Record<HookOutcome, { code: string; does: string }>> = {
  refused: { code: 'HOOK_REFUSED', does: 'refuses the split' },
  'timed-out': { code: 'HOOK_TIMED_OUT', does: 'did not get ready for the split in time' },
  broken: { code: 'HOOK_BROKEN', does: 'could not be asked about the split' },
  cancelled: { code: 'HOOK_CANCELLED', does: 'was not asked about the split to the end' },
}

/** Why a split may not go on, undefined when it may. The first reason counts: it has cancelled others. */
export function refusalOf(records: readonly HookRecord[], operation: string): RefusedError | undefined {
  const failed = records.filter(hasFailed)
  const first = failed.find(({ outcome }) => outcome !== 'cancelled') ?? failed[0]
  if (first === undefined) return undefined
  const { code, does } = refusals[first.outcome] ?? { code: 'HOOK_BROKEN', does: 'failed' }
  const { group, hook, detail } = first
  const who = group === '' ? 'the guest' : `group ${group}`
  return new RefusedError({
    code,
    message: [`${who} ${does}: ${hook}: ${detail}`, ...lastLines(first)].join('\n'),
    remedy: `Do what it asks for and split again; \`cleave operations show ${operation}\` has all that was said.`,
  })
}

const mostLines = 5
const longestLine = 200

/** The end of what it wrote. */
export function lastLines({ output }: HookRecord): string[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-mostLines).map((line) => line.slice(0, longestLine))
}
