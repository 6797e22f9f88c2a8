/** What the calls of a split share. */
import type { Adopter } from '../adopter/adopter.ts'
import { progressFile, readProgress } from '../adopter/progress.ts'
import type { MountFor } from '../disk/mount-for.ts'
import type { CgroupTree } from '../group/control/cgroup.ts'
import type { Occupancy } from '../group/control/occupancy.ts'
import type { SurveyGuest } from '../group/control/types.ts'
import type { GuestIdentity } from '../identity/types.ts'
import type { Units } from '../systemd/units.ts'
import { checkOperation } from './plan.ts'
import { type Decision, decide, holdsGroups, type SplitCall, withProgress } from './state.ts'
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
  startAdopter: StartAdopter
  mountDisks: MountFor
  networkStorage: () => Promise<readonly string[]>
  /** From a quiesce to the release or settle; lost when the agent is started anew. */
  adopter?: Adopter | undefined
}

/** @param progress where the adopter is to write down what it did */
export type StartAdopter = (progress: string) => Adopter

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

/** Learns what the adopter did without this process: whether this is a child by now, and whether its groups run. */
export function catchUp({ memory, root, occupancy }: SplitContext): void {
  const before = memory.read()
  if (before.current?.phase !== 'quiesced' && before.current?.phase !== 'adopted') return
  const progress = readProgress(progressFile(root, 'split'))
  if (progress === undefined) return
  const next = withProgress(before, progress)
  memory.write(next)
  if (!holdsGroups(next)) occupancy.unhold()
}

/** Ends the adopter, if there is one. */
export async function closeAdopter(context: SplitContext): Promise<void> {
  const { adopter } = context
  context.adopter = undefined
  await adopter?.close()
}

/** Whether a call may come now. The operation is undefined only where there was none before. */
export function admit(
  context: SplitContext,
  call: SplitCall,
  operation: string,
): { decision: Decision; current: SplitOperation | undefined } {
  const { memory } = context
  checkOperation(operation)
  catchUp(context)
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

/** Those of one child; of the child that this copy is, when none is named. */
export function ownGroups({ groups, children, child }: SplitOperation, of = child): QuiescedGroup[] {
  const own = children.find(({ name }) => name === of)?.groups ?? []
  return groups.filter(({ name }) => own.includes(name))
}

/** All but those of {@link ownGroups}, with all units in which none of these runs. */
export function foreignGroupsOf(operation: SplitOperation, of = operation.child): QuiescedGroup[] {
  const own = ownGroups(operation, of)
  const needed = new Set(own.flatMap((group) => group.sharedUnits))
  return operation.groups
    .filter((group) => !own.includes(group))
    .map((group) => ({
      ...group,
      units: [...group.units, ...group.sharedUnits.filter((unit) => !needed.has(unit))],
    }))
}

export function pathsOf(groups: readonly QuiescedGroup[]): string[] {
  return groups.flatMap(({ cgroups }) => cgroups.map(({ path }) => path))
}

/** Those that the split froze: what somebody else froze stays so. */
export function pathsToThaw(groups: readonly QuiescedGroup[]): string[] {
  return groups.flatMap(({ cgroups }) => cgroups.flatMap(({ path, wasFrozen }) => (wasFrozen ? [] : [path])))
}
