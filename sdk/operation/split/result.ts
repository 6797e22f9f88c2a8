/** What a split tells its caller when it is done. */
import type { TwinTimings } from '../../hypervisor/hypervisor.ts'
import type { HookRecord } from '../../store/records.ts'
import type { SplitContext } from './context.ts'

export interface SplitResult {
  operation: string
  way: 'fork'
  parent: string
  children: ChildResult[]
  /** Who in the guest was asked before the split. */
  hooks: HookRecord[]
  /** The move of the parent to a process that can be forked; null when it was in one. */
  twin: TwinTimings | null
  /** From the parent's stop until every child ran, in milliseconds. */
  pauseMs: number
  /** Parts of the pause by name, in order. */
  pauseParts: { name: string; milliseconds: number }[]
  /** From the first freeze until the last group ran again, in milliseconds: no client waits longer than this. */
  frozenMs: number
  /** From the call until every group ran again in its child, in milliseconds. */
  readyMs: number
}

export interface ChildResult {
  name: string
  address: string
  groups: string[]
  /** What was made anew, in order. */
  identity: { item: string; done: boolean; detail: string; milliseconds: number }[]
  /** What was ended in it, because it goes on in another child. */
  foreign: { group: string; processes: number }[]
  /** Who in it was told after the split. One that failed is not done again. */
  hooks: HookRecord[]
}

/** @param begunAt when the call began; performance.now() */
export function splitResult(context: SplitContext, begunAt: number): SplitResult {
  const { prepared, findings } = context
  const resumedAt = findings.resumedAt ?? Number.NaN
  return {
    operation: prepared.operation,
    way: prepared.plan.way,
    parent: prepared.parent.name,
    children: prepared.plan.children.map((planned, index) => {
      const { identity = [], foreign = [] } = findings.settled.get(planned.name) ?? {}
      return {
        name: planned.name,
        address: prepared.children[index]?.address ?? '',
        groups: planned.groups,
        identity: identity.map(({ item, done, detail, milliseconds }) => ({
          item,
          done,
          detail,
          milliseconds,
        })),
        foreign: foreign.map(({ group, processes }) => ({
          group,
          processes: processes.length,
        })),
        hooks: findings.told.get(planned.name) ?? [],
      }
    }),
    hooks: findings.asked ?? [],
    twin: findings.twin ?? null,
    pauseMs: findings.fork?.pauseMs ?? Number.NaN,
    pauseParts: findings.fork?.parts ?? [],
    frozenMs: resumedAt - (findings.quiescedAt ?? Number.NaN),
    readyMs: resumedAt - begunAt,
  }
}
