/** What the merge room offers. */
import type {
  DiskReport,
  TakeGroupsRequest,
  TakeGroupsResponse,
  YieldGroupsRequest,
  YieldGroupsResponse,
} from '../../proto/generated/messages.ts'

/**
 * The guest's part of a merge. Calls wait for each other; each may be repeated with the same operation id. Both throw an
 * `InvalidRequestError` (`BAD_OPERATION_ID`, `BAD_NAME`, `GROUP_NAMED_TWICE`), and a `BusyError` (`BUSY`) while a split or
 * another call on one of the groups is under way.
 */
export interface GuestMerge {
  /**
   * From now on the groups are foreign here. Ends them, unmounts their disks and takes their service addresses away. A request
   * that takes back gives the machine what it had before it took the groups in the same operation, and leaves others alone.
   *
   * @throws NotFoundError `GROUP_NOT_FOUND`
   * @throws RefusedError before anything is changed: `FOREIGN_GROUP`; `GUEST_CHANGED` when a group is coupled to one that
   *   stays; `NOT_RESTARTABLE` names processes that no unit would start again; `NO_SYSTEMD`; `PROTECTED`
   * @throws RefusedError `DISK_BUSY`, and FailedError `STILL_RUNNING`: the groups stay foreign; take them back
   */
  yield(request: YieldGroupsRequest): Promise<YieldGroupsResponse>

  /**
   * From now on the groups belong here. Mounts their disks, brings up their service addresses and starts their units. Where
   * this machine takes back what it yielded itself, the answer says which of them did not start.
   *
   * @throws NotFoundError `GROUP_NOT_FOUND` when no file here declares one of them
   * @throws RefusedError `UNIT_NOT_OF_GROUP` before anything is changed, when a unit that is to start can't be of its group here
   * @throws FailedError `START_FAILED`, and what mounting throws: the groups belong here all the same; yield them
   */
  take(request: TakeGroupsRequest): Promise<TakeGroupsResponse>
}

/** What merges and splits need of the disks of groups. Groups that have none, or that nobody declares, are left out. */
export interface GroupDisks {
  /** @param options.waitMilliseconds for each device. @default 10_000 */
  mount(groups: readonly string[], options?: { waitMilliseconds?: number }): Promise<DiskReport[]>
  /** @param options.free end whoever still holds a disk */
  unmount(groups: readonly string[], options: { free: boolean }): Promise<DiskReport[]>
}
