/** What a merge tells its caller when it is done. */
import type { DiskReport } from '../../../proto/generated/messages.ts'
import type { MergedResources } from '../../planning/merge-plan.ts'
import type { MergeContext } from './context.ts'
import { unmountedGroups } from './unmounted.ts'

export interface MergeResult {
  operation: string
  destination: string
  /** In the order of their sources. */
  groups: MergedGroupResult[]
  disks: MergedDiskResult[]
  /** Groups that did not run, and why their disks could not be mounted. */
  unmounted: { group: string; reason: string }[]
  /** Machines that were ended and deleted. */
  deleted: string[]
  /** Those that could not be deleted, and why: they are off, or as they were. */
  left: { machine: string; reason: string }[]
  resources: MergedResources
  /** From the first signal until all groups had ended, in milliseconds. */
  endMs: number
  /** The longest of each, as disks move side by side, in milliseconds. */
  unmountMs: number
  detachMs: number
  attachMs: number
  mountMs: number
  /** Until the guest could use its new processors and memory, in milliseconds; null when it got none. */
  resourcesMs: number | null
  /** Why the destination did not get the processors and the memory that it was to get; null when it did. */
  resourcesFailure: string | null
  /** From the word to yield, before anything ends, until every group ran again, in milliseconds. */
  downMs: number
  /** From the call until all was done, in milliseconds. */
  totalMs: number
}

export interface MergedGroupResult {
  group: string
  from: string
  /** Units that were started. */
  units: string[]
}

export interface MergedDiskResult {
  mountPoint: string
  /** In the destination. */
  device: string
  unmountMs: number
  mountMs: number
}

/** @param begunAt when the call began; performance.now() */
export function mergeResult(context: MergeContext, begunAt: number): MergeResult {
  const { prepared, findings } = context
  const { plan } = prepared
  const yielded = [...findings.yielded.values()]
  const unmounted = yielded.flatMap(({ disks }) => disks)
  const taken = findings.taken?.disks ?? []
  const mounted = taken.filter(({ mountPoint }) => mountPoint !== '')
  const started = new Map((findings.taken?.groups ?? []).map(({ group, units }) => [group, units]))
  const left = new Set(findings.left.map(({ machine }) => machine))
  return {
    operation: prepared.operation,
    destination: plan.destination,
    groups: plan.sources.flatMap(({ name: from, groups }) =>
      groups.map((group) => ({ group, from, units: started.get(group) ?? [] })),
    ),
    disks: mounted.map((disk) => diskResult(disk, unmounted)),
    unmounted: unmountedGroups({ disks: taken }),
    deleted: plan.sources.filter(({ name, ends }) => ends && !left.has(name)).map(({ name }) => name),
    left: findings.left,
    resources: plan.resources,
    endMs: longest(yielded.map(({ endMilliseconds }) => endMilliseconds)),
    unmountMs: longest(unmounted.map(({ milliseconds }) => milliseconds)),
    detachMs: findings.detachMs ?? 0,
    attachMs: findings.attachMs ?? 0,
    mountMs: longest(mounted.map(spent)),
    resourcesMs: findings.resourcesMs ?? null,
    resourcesFailure: findings.resourcesFailure ?? null,
    downMs: (findings.upAt ?? Number.NaN) - (findings.downAt ?? Number.NaN),
    totalMs: performance.now() - begunAt,
  }
}

function diskResult(disk: DiskReport, unmounted: readonly DiskReport[]): MergedDiskResult {
  const { mountPoint, device } = disk
  const before = unmounted.find((other) => other.mountPoint === mountPoint)
  return { mountPoint, device, unmountMs: before?.milliseconds ?? 0, mountMs: spent(disk) }
}

/** From when it was looked for until it was mounted. */
function spent({ foundMilliseconds, checkedMilliseconds, milliseconds }: DiskReport): number {
  return foundMilliseconds + checkedMilliseconds + milliseconds
}

const longest = (values: readonly number[]) => Math.max(0, ...values)
