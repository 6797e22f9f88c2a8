/** What the control of groups needs to know of the guest, and what it offers. */
import type {
  Bond,
  FreezeGroupRequest,
  FreezeGroupResponse,
  Group,
  Grouping,
  Process,
  StartGroupRequest,
  StartGroupResponse,
  TerminateGroupRequest,
  TerminateGroupResponse,
  ThawGroupRequest,
  ThawGroupResponse,
} from '../../../proto/generated/messages.ts'

/** The part of a group's declaration that stopping and starting it needs. */
export interface GroupDeclaration {
  name: string
  /** Units in the order of their start. */
  start: readonly string[]
  stop?: { graceSeconds: number } | undefined
}

/** One look at the guest: who runs, and who belongs together. */
export interface GuestSurvey {
  groups: readonly Group[]
  /** Every process that is not a kernel thread, infrastructure included. */
  processes: readonly Process[]
  bonds: readonly Bond[]
  declarations: readonly GroupDeclaration[]
}

/** @param grouping by coupling when it is left out */
export type SurveyGuest = (grouping?: Grouping) => Promise<GuestSurvey>

/**
 * Freezes, thaws, ends and starts one group at a time. Every call throws an `InvalidRequestError` (`BAD_NAME`) for
 * a name that no group can have, a `NotFoundError` (`GROUP_NOT_FOUND`), and a `BusyError` (`BUSY`) while a split or
 * another call on the same group is under way.
 */
export interface GroupControl {
  /**
   * Answers when every process of the group was seen frozen. Repeating it is harmless.
   *
   * @throws RefusedError `PROTECTED` when the group holds a process that must never stop
   * @throws FailedError `NOT_FROZEN` when it took too long; what this call froze was thawed
   */
  freeze(request: FreezeGroupRequest): Promise<FreezeGroupResponse>

  /** Thaws what is frozen of the group. Repeating it is harmless. */
  thaw(request: ThawGroupRequest): Promise<ThawGroupResponse>

  /**
   * Ends the group: its units through systemd, other processes by SIGTERM, then after the grace whatever is left by
   * SIGKILL. What would not end is in the answer.
   *
   * @param known a look at the guest that was only just taken. @default it looks itself
   * @throws RefusedError `PROTECTED`
   */
  terminate(request: TerminateGroupRequest, known?: GuestSurvey): Promise<TerminateGroupResponse>

  /**
   * Mounts the group's disks, then starts the units that its declaration names, in its order, and verifies that each is
   * active. Throws what `GuestDisks.mount` throws.
   *
   * @throws RefusedError `NOT_STARTABLE` without such units, `FOREIGN_GROUP` when the group belongs to another
   * child of a split, `COUPLED_TO_FOREIGN` when a group that it must stay with does
   * @throws FailedError `START_FAILED` names the unit and what was started before it
   */
  start(request: StartGroupRequest): Promise<StartGroupResponse>
}
