/** What the calls of a split share. */
import type { CgroupTree } from '../group/control/cgroup.ts'
import type { Occupancy } from '../group/control/occupancy.ts'
import type { SurveyGuest } from '../group/control/types.ts'
import type { GuestIdentity } from '../identity/types.ts'
import type { Units } from '../systemd/units.ts'
import type { Watch } from './outsiders.ts'
import { checkOperation } from './plan.ts'
import { type Decision, decide, type SplitCall } from './state.ts'
import { readSplitMemory, writeSplitMemory } from './state-file.ts'
import type { QuiescedGroup, SplitMemory, SplitOperation } from './state-schema.ts'

export interface SplitContext {
  survey: SurveyGuest
  occupancy: Occupancy
  identity: GuestIdentity
  tree: CgroupTree
  units: Units
  root: string
  memory: Memory
  /** From a quiesce on; lost when the agent is started anew. */
  watch?: Watch | undefined
}

/** The state of the split, kept in step with its file. */
export interface Memory {
  read(): SplitMemory
  write(next: SplitMemory): void
}

/** @throws FailedError `BAD_SPLIT_STATE` */
export function openMemory(root: string): Memory {
  let memory = readSplitMemory(root)
  return {
    read: () => memory,
    write(next) {
      memory = next
      writeSplitMemory(root, next)
    },
  }
}

/** Whether a call may come now. The operation is undefined only where there was none before. */
export function admit(
  { memory }: SplitContext,
  call: SplitCall,
  operation: string,
): { decision: Decision; current: SplitOperation | undefined } {
  checkOperation(operation)
  const decision = decide(memory.read(), call, operation)
  const { current } = memory.read()
  return { decision, current: current?.operation === operation ? current : undefined }
}

/** As {@link admit}, for calls that only an operation under way admits. */
export function admitUnderWay(context: SplitContext, call: SplitCall, operation: string) {
  const { decision, current } = admit(context, call, operation)
  if (current === undefined) throw new Error(`${call} was admitted without an operation`)
  return { decision, current }
}

/** Writes down how far an operation came. */
export function advance(
  { memory }: SplitContext,
  operation: SplitOperation,
  change: Partial<SplitOperation>,
): SplitOperation {
  const current = { ...operation, ...change }
  memory.write({ ...memory.read(), current })
  return current
}

export function ownGroups({ groups, own }: SplitOperation): QuiescedGroup[] {
  return groups.filter(({ name }) => own.includes(name))
}

export function foreignGroupsOf({ groups, foreign }: SplitOperation): QuiescedGroup[] {
  return groups.filter(({ name }) => foreign.includes(name))
}

export function pathsOf(groups: readonly QuiescedGroup[]): string[] {
  return groups.flatMap(({ cgroups }) => cgroups.map(({ path }) => path))
}

/** Those that the split froze: what somebody else froze stays so. */
export function pathsToThaw(groups: readonly QuiescedGroup[]): string[] {
  return groups.flatMap(({ cgroups }) => cgroups.flatMap(({ path, wasFrozen }) => (wasFrozen ? [] : [path])))
}
