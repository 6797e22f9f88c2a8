/** Tells those in the guest who want to know of a split, before it and after it. */
import { RefusedError } from '../../proto/errors.ts'
import type {
  AfterSplitRequest,
  AfterSplitResponse,
  BeforeSplitRequest,
  BeforeSplitResponse,
  ChildGroups,
  Grouping,
  HookReport,
} from '../../proto/generated/messages.ts'
import { checkName } from '../../proto/names.ts'
import type { Hooks } from '../group/declaration/hook-schema.ts'
import type { Log } from '../log.ts'
import { checkGroupNames, checkOperation } from '../split/plan.ts'
import { createTurns } from '../turns.ts'
import type { HookMemoryFile } from './memory.ts'
import { afterMessage, beforeMessage, isAbout } from './messages.ts'
import { type HookSurvey, type PlanOptions, planHooks } from './plan.ts'
import type { HookEntry, HookMemory } from './state-schema.ts'
import { type Tellers, tell, wants } from './tell.ts'
import type { GuestHooks } from './types.ts'

export interface HooksOptions extends Tellers {
  survey: (grouping?: Grouping) => Promise<HookSurvey>
  /** Those of the whole guest. */
  guest: Hooks
  memory: HookMemoryFile
  log: Log
}

export function createHooks(options: HooksOptions): GuestHooks {
  const inTurn = createTurns()
  let asking = new AbortController()
  return {
    beforeSplit: (request) =>
      inTurn(async () => {
        asking = new AbortController()
        return beforeSplit(options, request, asking)
      }),
    afterSplit(request) {
      // Whoever is still asked for a split that is taken back is not waited for.
      asking.abort()
      return inTurn(() => afterSplit(options, request))
    },
  }
}

async function beforeSplit(
  options: HooksOptions,
  { operationId, children, grouping }: BeforeSplitRequest,
  asking: AbortController,
): Promise<BeforeSplitResponse> {
  check(operationId, children)
  const { memory } = options
  const former = formerOf(memory, operationId)
  if (former?.isOver) throw taken(operationId)
  const entries = former?.entries ?? (await plan(options, { children, grouping, whenStopped: 'left-out' }))
  const pending = entries.filter(({ hook, before }) => wants(hook, 'before') && !isDone(before))
  for (const entry of pending) entry.isAsked = true
  const keep = () => memory.write({ operation: operationId, isOver: false, entries })
  keep()
  await Promise.all(
    pending.map(async (entry) => {
      const { hook } = entry
      const message = beforeMessage(hook, operationId, children)
      entry.before = await tell(options, { hook, message, signal: asking.signal })
      note(options.log, operationId, entry.before)
      if (!isDone(entry.before)) asking.abort()
    }),
  )
  keep()
  const told = entries.filter(({ hook }) => wants(hook, 'after'))
  return {
    reports: entries.flatMap(({ before }) => before ?? []),
    groupsToTell: [...new Set(told.flatMap(({ hook }) => hook.groups))],
  }
}

async function afterSplit(
  options: HooksOptions,
  { operationId, child: given, grouping }: AfterSplitRequest,
): Promise<AfterSplitResponse> {
  const child = given ?? undefined
  check(operationId, child === undefined ? [] : [child])
  const { memory } = options
  const former = formerOf(memory, operationId)
  const entries = former?.entries ?? (await planAfterBoot(options, { child, grouping }))
  const pending = entries.filter(
    ({ hook, isAsked, after }) =>
      wants(hook, 'after') && !isDone(after) && (child === undefined ? isAsked : isAbout(hook, child)),
  )
  await Promise.all(
    pending.map(async (entry) => {
      const { hook } = entry
      const message = afterMessage(hook, operationId, child)
      entry.after = await tell(options, { hook, message, signal: new AbortController().signal })
      note(options.log, operationId, entry.after)
    }),
  )
  memory.write({ operation: operationId, isOver: child === undefined, entries })
  return { reports: entries.flatMap(({ after }) => after ?? []) }
}

async function plan(
  { survey, guest }: HooksOptions,
  { grouping, ...wish }: Pick<PlanOptions, 'children' | 'whenStopped'> & { grouping: Grouping },
): Promise<HookEntry[]> {
  const found = await survey(grouping === 'GROUPING_UNSPECIFIED' ? undefined : grouping)
  return planHooks({ survey: found, guest, ...wish }).map((hook) => ({ hook, isAsked: false }))
}

/** Whoever was asked is gone with the memory of that. A group of a child may not run yet, but is known by its name. */
async function planAfterBoot(
  options: HooksOptions,
  { child, grouping }: { child: ChildGroups | undefined; grouping: Grouping },
): Promise<HookEntry[]> {
  if (child === undefined) return []
  const whenStopped = grouping === 'GROUPING_USER' ? 'left-out' : 'told'
  return plan(options, { children: [child], grouping, whenStopped })
}

function check(operation: string, children: readonly ChildGroups[]): void {
  checkOperation(operation)
  // A replicated group is named for several children.
  checkGroupNames([...new Set(children.flatMap(({ groups }) => groups))])
  for (const { name } of children) checkName(name, 'child')
}

function formerOf(memory: HookMemoryFile, operation: string): HookMemory | undefined {
  const former = memory.read()
  return former?.operation === operation ? former : undefined
}

/** Who has ended does not stand in the way. */
function isDone(report: HookReport | undefined): boolean {
  return report?.outcome === 'HOOK_OUTCOME_DONE' || report?.outcome === 'HOOK_OUTCOME_GONE'
}

function note(log: Log, operation: string, report: HookReport): void {
  log(isDone(report) ? 'info' : 'warning', 'hook', { operation, ...report })
}

function taken(operation: string): RefusedError {
  return new RefusedError({
    code: 'OPERATION_RELEASED',
    message: `split ${operation} was taken back`,
    remedy: 'Begin a new split.',
  })
}
