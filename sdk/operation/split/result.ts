/** What a split tells its caller when it is done. */
import type { TwinTimings } from '../../hypervisor/handover.ts'
import type { NetworkKind } from '../../hypervisor/hypervisor.ts'
import type { Way } from '../../planning/way.ts'
import type { Forward, HookRecord, MachineRecord } from '../../store/records.ts'
import type { SplitContext, SplitFindings } from './context.ts'

export interface SplitResult {
  operation: string
  way: Way
  parent: string
  children: ChildResult[]
  /** Who in the guest was asked before the split. */
  hooks: HookRecord[]
  /** The move of the parent to a process that can be forked; null when it was in one. */
  twin: TwinTimings | null
  /** From the parent's stop until every child ran, in milliseconds; null when children booted. */
  pauseMs: number | null
  /** Parts of the pause by name, in order. */
  pauseParts: { name: string; milliseconds: number }[]
  /**
   * From the first freeze until the last group ran again, in milliseconds: no client waits longer than this. Null when
   * children booted.
   */
  frozenMs: number | null
  /** What it took to make the disks of children that booted, in milliseconds; null when they went on from memory. */
  disksMs: number | null
  /**
   * From when the parent was told to power off until every group was started again, in milliseconds; null when children went
   * on from memory.
   */
  downMs: number | null
  /** From the call until every group ran again in its child, in milliseconds. */
  readyMs: number
}

export interface ChildResult {
  name: string
  address: string
  cpus: number
  memoryMiB: number
  groups: string[]
  network: NetworkKind
  /** Ports of this host that end in it, with user networking. */
  forwards: Forward[]
  /** What was made anew, in order; a child that booted brings its groups' addresses up last. */
  identity: { item: string; done: boolean; detail: string; milliseconds: number }[]
  /** What was ended in it, because it goes on in another child. */
  foreign: { group: string; processes: number }[]
  /** Units that ran in the parent and were started in a child that booted. */
  started: { group: string; units: string[] }[]
  /** Those that did not start: see to them. */
  failures: { group: string; unit: string; reason: string }[]
  /** Who in it was told after the split. One that failed is not done again. */
  hooks: HookRecord[]
}

/** @param begunAt when the call began; performance.now() */
export function splitResult(context: SplitContext, begunAt: number): SplitResult {
  const { prepared, findings } = context
  const resumedAt = findings.resumedAt ?? Number.NaN
  const { quiescedAt, stoppedAt } = findings
  return {
    operation: prepared.operation,
    way: prepared.plan.way,
    parent: prepared.parent.name,
    children: prepared.children.map((child, index) =>
      childResult(findings, child, prepared.plan.children[index]?.groups ?? []),
    ),
    hooks: findings.asked ?? [],
    twin: findings.twin ?? null,
    pauseMs: findings.pause?.pauseMs ?? null,
    pauseParts: findings.pause?.parts ?? [],
    frozenMs: quiescedAt === undefined ? null : resumedAt - quiescedAt,
    disksMs: findings.disksMs ?? null,
    downMs: stoppedAt === undefined ? null : resumedAt - stoppedAt,
    readyMs: resumedAt - begunAt,
  }
}

function childResult(
  { settled, established, inherited, told }: SplitFindings,
  { name, address, cpus, memoryMiB, userNetwork }: MachineRecord,
  groups: string[],
): ChildResult {
  const booted = [...(established.get(name) ?? []), ...(inherited.get(name)?.identity ?? [])]
  const identity = settled.get(name)?.identity ?? booted
  return {
    name,
    address,
    cpus,
    memoryMiB,
    groups,
    network: userNetwork === undefined ? 'bridge' : 'user',
    forwards: userNetwork?.forwards ?? [],
    identity: identity.map(({ item, done, detail, milliseconds }) => ({ item, done, detail, milliseconds })),
    foreign: (settled.get(name)?.foreign ?? []).map(({ group, processes }) => ({
      group,
      processes: processes.length,
    })),
    started: (inherited.get(name)?.groups ?? []).map(({ group, units }) => ({ group, units })),
    hooks: told.get(name) ?? [],
    failures: (inherited.get(name)?.failures ?? []).map(({ group, unit, reason }) => ({
      group,
      unit,
      reason,
    })),
  }
}
