/** One machine, as applications handle it. */
import type {
  DiskReport,
  GroupingInput,
  ListGroupsResponse,
  MayPartResponse,
  Process,
  StartGroupResponse,
  TerminateGroupResponse,
} from '../../proto/generated/messages.ts'
import type { MachineStatus } from '../hypervisor/hypervisor.ts'
import { beginMerge, type MergePreview, previewMerge } from '../operation/merge/begin.ts'
import type { MergeResult } from '../operation/merge/result.ts'
import type { Operation } from '../operation/operation.ts'
import { beginResize } from '../operation/resize/begin.ts'
import type { ResizeResult } from '../operation/resize/result.ts'
import { beginSplit, previewSplit, type SplitPreview } from '../operation/split/begin.ts'
import type { SplitResult } from '../operation/split/result.ts'
import type { SplitRequest } from '../planning/assignment.ts'
import type { GroupEvent } from '../planning/group-activity.ts'
import type { MergeRequest } from '../planning/merge-plan.ts'
import type { ResizeRequest } from '../planning/resources.ts'
import type { LockHolder } from '../store/locks.ts'
import type { MachineRecord } from '../store/records.ts'
import { type ConversationOptions, withAgent } from './agent.ts'
import { deleteMachine } from './delete.ts'
import { flattenMachine } from './flatten.ts'
import { holderOf } from './holder.ts'
import type { Ports } from './ports.ts'
import { type MachineResources, machineResources } from './resources.ts'
import { type StartOptions, startMachine } from './start.ts'
import { type StopOptions, stopMachine } from './stop.ts'
import { type WatchOptions, watchGroups, whenDone } from './watch-groups.ts'

/** A handle on a machine. It holds nothing open; each call looks anew. */
export interface Machine {
  readonly name: string
  /** @throws NotFoundError `MACHINE_NOT_FOUND` */
  record(): MachineRecord
  status(): Promise<MachineStatus>
  /** What works on it just now, such as a split: nobody should ask its agent meanwhile. Undefined for nothing. */
  heldBy(): LockHolder | undefined
  /** See {@link startMachine}. */
  start(options?: StartOptions): Promise<void>
  /** See {@link stopMachine}. */
  stop(options?: StopOptions): Promise<'orderly' | 'ended' | 'absent'>
  /** See {@link flattenMachine}. */
  flatten(): Promise<MachineRecord>
  /** See {@link deleteMachine}. */
  delete(): Promise<void>
  /** Its groups, their processes and the coupling graph. Throws as {@link withAgent} does, like all below. */
  groups(options?: { grouping?: GroupingInput } & ConversationOptions): Promise<ListGroupsResponse>
  processes(options?: { group?: string }): Promise<Process[]>
  /** What its groups do, as they do it. See {@link watchGroups}. */
  watchGroups(options?: WatchOptions): AsyncGenerator<GroupEvent>
  /** Answers when no process of the groups is left. See {@link whenDone}. */
  whenDone(groups: readonly string[], options?: WatchOptions): Promise<GroupEvent[]>
  /** Whether two groups may run in different machines, with the reasons. */
  mayPart(group: string, other: string): Promise<MayPartResponse>
  /** Starts the units that a declared group names. */
  startGroup(group: string): Promise<StartGroupResponse>
  /** Ends a group: SIGTERM, its grace, SIGKILL. */
  terminateGroup(group: string, options?: { graceMs?: number }): Promise<TerminateGroupResponse>
  /**
   * Unmounts the disks of groups that have ended, and logs out of their targets: what {@link startGroup} mounts.
   *
   * @param options.free ends whoever holds them. @default false: refused with `DISK_BUSY`
   */
  unmountDisks(groups: readonly string[], options?: { free?: boolean }): Promise<DiskReport[]>
  /** See {@link machineResources}. */
  resources(): Promise<MachineResources>
  /** See {@link beginResize}. */
  resize(request: ResizeRequest): Promise<Operation<ResizeResult>>
  /** See {@link previewSplit}. */
  planSplit(request: SplitRequest): Promise<SplitPreview>
  /** See {@link beginSplit}. */
  split(request: SplitRequest): Promise<Operation<SplitResult>>
  /** See {@link previewMerge}. */
  planMerge(request: MergeRequest): Promise<MergePreview>
  /** Moves groups of other machines, with their disks, into this one. See {@link beginMerge}. */
  merge(request: MergeRequest): Promise<Operation<MergeResult>>
}

export function machineHandle(ports: Ports, name: string): Machine {
  return {
    name,
    record: () => ports.store.machines.get(name),
    status: async () => await ports.hypervisor.status(ports.store.machines.get(name)),
    heldBy: () => holderOf(ports.store, ports.store.machines.get(name)),
    start: (options) => startMachine(ports, name, options),
    stop: (options) => stopMachine(ports, name, options),
    flatten: () => flattenMachine(ports, name),
    delete: () => deleteMachine(ports, name),
    groups: (options) => withAgent(ports, name, (agent) => agent.groups(options), options),
    processes: (options) => withAgent(ports, name, (agent) => agent.processes(options)),
    watchGroups: (options) => watchGroups(ports, name, options),
    whenDone: (groups, options) => whenDone(ports, name, groups, options),
    mayPart: (group, other) => withAgent(ports, name, (agent) => agent.mayPart(group, other)),
    startGroup: (group) => withAgent(ports, name, (agent) => agent.start(group)),
    terminateGroup: (group, options) => withAgent(ports, name, (agent) => agent.terminate(group, options)),
    unmountDisks: (groups, options) =>
      withAgent(ports, name, (agent) => agent.unmountDisks({ groups: [...groups], ...options })),
    resources: () => machineResources(ports, name),
    resize: (request) => beginResize(ports, { machine: name, request }),
    planSplit: (request) => previewSplit(ports, { machine: name, request }),
    split: (request) => beginSplit(ports, { machine: name, request }),
    planMerge: (request) => previewMerge(ports, { destination: name, request }),
    merge: (request) => beginMerge(ports, { destination: name, request }),
  }
}
