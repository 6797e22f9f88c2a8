/** The disks of groups, as the rest of the agent knows them. */
import type {
  Disk,
  ListDisksResponse,
  MountDisksRequest,
  MountDisksResponse,
  UnmountDisksRequest,
  UnmountDisksResponse,
} from '../../proto/generated/messages.ts'

/** A disk, and the group that declares it. */
export interface DeclaredDisk {
  group: string
  disk: Disk
}

/** @default `discard`: false */
export type UnmountRequest = Omit<UnmountDisksRequest, 'discard'> & { discard?: boolean }

/**
 * Works from the declarations of admins alone, so that it can be asked in a guest that boots, too. Calls that change
 * something come one after the other. Every call throws an `InvalidRequestError` (`BAD_NAME`) for a name that no group
 * can have, and a `NotFoundError` (`GROUP_NOT_FOUND`) for a group that nobody declares.
 */
export interface GuestDisks {
  /** All disks that are no part of another one, and those that are declared and not there. */
  list(): Promise<ListDisksResponse>

  /** What the guest uses of storage that it reaches over a network, declared or not, each as a part of a sentence; at most 10. */
  networkStorage(): Promise<string[]>

  /**
   * Mounts the disks of groups at their declared places. What is mounted there already stays. When one fails, those
   * come off again that this call mounted.
   *
   * @throws RefusedError `FOREIGN_GROUP`; `MOUNT_POINT_IN_USE` when something else is mounted at the place; `DISK_HELD_ELSEWHERE`
   * when another machine has claimed a disk of a SAN
   * @throws UnavailableError `DISK_NOT_THERE` when it did not come within the wait, `NO_PROGRAM`, `NO_DRIVER` and `NO_FILE_SYSTEM` when the
   * guest lacks what it takes, `SAN_REFUSED` when the target does not let this guest in
   * @throws UnansweredError `SAN_UNREACHABLE`, `NFS_UNANSWERED`, `PROGRAM_STUCK`
   * @throws FailedError `FILE_SYSTEM_DAMAGED`, `MOUNT_FAILED`, `REGISTRATION_FAILED`, `BAD_DISK_KEYS`; `NOT_TAKEN_BACK` when what was mounted did not come off
   */
  mount(request: MountDisksRequest): Promise<MountDisksResponse>

  /**
   * Writes all out, unmounts the disks of groups with what is mounted within them, and logs out of their targets. Groups
   * may be foreign. What is not mounted is no failure. With `discard` nobody keeps the disks: what the device mapper made of them, such as
   * logical volumes, goes as well.
   *
   * @param options.yields they are foreign only since this machine began to give them away: its claims on their disks end
   * @throws RefusedError `DISK_BUSY` says who holds what, and nothing was changed; `PROTECTED` when one of those that are to be
   * ended is what the guest can't do without
   * @throws FailedError `VOLUME_NOT_TAKEN_DOWN`; `DISK_BUSY` when some were unmounted before, or whoever holds it would not end; `NOT_WRITTEN` when not all
   * could be written; `UNMOUNT_FAILED`, `SAN_NOT_LEFT`
   * @throws UnansweredError `NFS_UNANSWERED`, `PROGRAM_STUCK`
   */
  unmount(request: UnmountRequest, options?: { yields?: boolean }): Promise<UnmountDisksResponse>
}
