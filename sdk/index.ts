/** What applications on the host import. */
export * from '../proto/errors.ts'
export { Cleave, type OpenOptions } from './cleave.ts'
export type { CreateDiskOptions } from './disk/create.ts'
export type { ProcessDisks } from './disk/disks.ts'
export type { Accelerator, MachineStatus, NetworkKind } from './hypervisor/hypervisor.ts'
export type { CreateMachineOptions } from './machine/create.ts'
export type { Machine } from './machine/machine.ts'
export type { ForwardWish } from './machine/network.ts'
export type { MachineResources } from './machine/resources.ts'
export type { StartOptions } from './machine/start.ts'
export type { StopOptions } from './machine/stop.ts'
export type { WatchOptions } from './machine/watch-groups.ts'
export type { MergePreview } from './operation/merge/begin.ts'
export type { MergedDiskResult, MergedGroupResult, MergeResult } from './operation/merge/result.ts'
export type { Operation, OperationEvent } from './operation/operation.ts'
export type { Recovered } from './operation/recover.ts'
export type { ResizeResult } from './operation/resize/result.ts'
export type { SplitPreview } from './operation/split/begin.ts'
export type { ChildResult, SplitResult } from './operation/split/result.ts'
export type {
  BalancedAssignment,
  ChildRequest,
  Choose,
  ChosenAssignment,
  NamedAssignment,
  SplitRequest,
  SplitTerms,
} from './planning/assignment.ts'
export type { Measure } from './planning/balance.ts'
export type { ChildConfiguration, PlannedConfiguration } from './planning/configuration.ts'
export type { GroupActivity, GroupEvent } from './planning/group-activity.ts'
export type { SplitGrouping } from './planning/grouping.ts'
export type { AddressMove, PlannedLeading } from './planning/leading.ts'
export type { MergedResources, MergePlan, MergeRequest, PlannedSource } from './planning/merge-plan.ts'
export type { ResizeRequest } from './planning/resources.ts'
export type { PlannedRoute } from './planning/routes.ts'
export type { AssignmentRules } from './planning/rules.ts'
export type { PlannedChild, SplitPlan } from './planning/split-plan.ts'
export type { PlannedForward, PlannedUserNetwork } from './planning/user-network.ts'
export type { Way } from './planning/way.ts'
export type { Workload, WorkloadBond, WorkloadGroup } from './planning/workload.ts'
export type { RouteBackend, RouteDefinition } from './routes/definition.ts'
export type { PublishingFailure } from './routes/publish.ts'
export type { PublishedBackend, PublishedRoute } from './routes/publisher.ts'
export type { PushedRoute, PushReport } from './routes/push.ts'
export type { PublisherView, RouteView } from './routes/view.ts'
export type { Settings } from './settings.ts'
export type { LockHolder } from './store/locks.ts'
export type {
  AttachedDisk,
  DiskRecord,
  FailureRecord,
  Forward,
  HookOutcome,
  HookRecord,
  MachineRecord,
  MachineState,
  OperationRecord,
  OperationState,
} from './store/records.ts'
