/** One machine, as applications handle it. */
import type {
  GroupingInput,
  ListGroupsResponse,
  MayPartResponse,
  Process,
  StartGroupResponse,
  TerminateGroupResponse,
} from '../../proto/generated/messages.ts'
import type { MachineStatus } from '../hypervisor/hypervisor.ts'
import type { Operation } from '../operation/operation.ts'
import { beginResize } from '../operation/resize/begin.ts'
import type { ResizeResult } from '../operation/resize/result.ts'
import { beginSplit, previewSplit } from '../operation/split/begin.ts'
import type { SplitResult } from '../operation/split/result.ts'
import type { SplitRequest } from '../planning/assignment.ts'
import type { ResizeRequest } from '../planning/resources.ts'
import type { SplitPlan } from '../planning/split-plan.ts'
import type { LockHolder } from '../store/locks.ts'
import type { MachineRecord } from '../store/records.ts'
import { type ConversationOptions, withAgent } from './agent.ts'
import { deleteMachine } from './delete.ts'
import { holderOf } from './holder.ts'
import type { Ports } from './ports.ts'
import { type MachineResources, machineResources } from './resources.ts'
import { type StartOptions, startMachine } from './start.ts'
import { type StopOptions, stopMachine } from './stop.ts'

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
  /** See {@link deleteMachine}. */
  delete(): Promise<void>
  /** Its groups, their processes and the coupling graph. Throws as {@link withAgent} does, like all below. */
  groups(options?: { grouping?: GroupingInput } & ConversationOptions): Promise<ListGroupsResponse>
  processes(options?: { group?: string }): Promise<Process[]>
  /** Whether two groups may run in different machines, with the reasons. */
  mayPart(group: string, other: string): Promise<MayPartResponse>
  /** Starts the units that a declared group names. */
  startGroup(group: string): Promise<StartGroupResponse>
  /** Ends a group: SIGTERM, its grace, SIGKILL. */
  terminateGroup(group: string, options?: { graceMs?: number }): Promise<TerminateGroupResponse>
  /** See {@link machineResources}. */
  resources(): Promise<MachineResources>
  /** See {@link beginResize}. */
  resize(request: ResizeRequest): Promise<Operation<ResizeResult>>
  /** What {@link split} would do. Changes nothing, and throws what it would throw. */
  planSplit(request: SplitRequest): Promise<SplitPlan>
  /** See {@link beginSplit}. */
  split(request: SplitRequest): Promise<Operation<SplitResult>>
}

export function machineHandle(ports: Ports, name: string): Machine {
  return {
    name,
    record: () => ports.store.machines.get(name),
    status: async () => await ports.hypervisor.status(ports.store.machines.get(name)),
    heldBy: () => holderOf(ports.store, ports.store.machines.get(name)),
    start: (options) => startMachine(ports, name, options),
    stop: (options) => stopMachine(ports, name, options),
    delete: () => deleteMachine(ports, name),
    groups: (options) => withAgent(ports, name, (agent) => agent.groups(options), options),
    processes: (options) => withAgent(ports, name, (agent) => agent.processes(options)),
    mayPart: (group, other) => withAgent(ports, name, (agent) => agent.mayPart(group, other)),
    startGroup: (group) => withAgent(ports, name, (agent) => agent.start(group)),
    terminateGroup: (group, options) => withAgent(ports, name, (agent) => agent.terminate(group, options)),
    resources: () => machineResources(ports, name),
    resize: (request) => beginResize(ports, { machine: name, request }),
    planSplit: async (request) => (await previewSplit(ports, { machine: name, request })).plan,
    split: (request) => beginSplit(ports, { machine: name, request }),
  }
}
