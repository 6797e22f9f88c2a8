/** What is plugged into machines that run, and taken out of them. */
import type {
  AttachedDisk,
  DiskRecord,
  MachineRecord,
  PluggedMemory,
  PluggedResources,
} from '../store/records.ts'

/** What the image of a new disk is made from. @default nothing: it is empty */
export interface NewDiskImage {
  /** A qcow2 image that nobody may write from now on. */
  base?: string
  /** Images below that one which are Cleave's own. @default none: there may be none at all */
  belowBase?: readonly string[]
  /** A whole copy of `base`, in place of an overlay. */
  copy?: boolean
}

/** An overlay, and the image of the disk that it is to be written into. */
export interface Commit {
  overlay: AttachedDisk
  image: string
}

/** The disks of groups. */
export interface DiskPlugging {
  /** The image that a new disk of that name has. */
  diskImage(name: string): string

  /**
   * The size of a qcow2 image as a guest would see it.
   *
   * @throws InvalidRequestError `IMAGE_UNREADABLE`, `IMAGE_NOT_QCOW2`
   */
  imageBytes(image: string): Promise<number>

  /**
   * Makes the image of a new disk.
   *
   * @throws InvalidRequestError `DISK_TOO_SMALL`; of `base` `IMAGE_UNREADABLE`, `IMAGE_NOT_QCOW2`, `IMAGE_NOT_ALONE`,
   *   `IMAGE_DAMAGED`
   * @throws RefusedError `IMAGE_EXISTS`
   * @throws UnavailableError `NO_SPACE`
   */
  createDiskImage(disk: DiskRecord, options?: NewDiskImage): Promise<void>

  /** Deletes the image of a disk that no machine has. May be repeated. */
  deleteDiskImage(disk: DiskRecord): Promise<void>

  /** Makes an overlay of a disk's image, for a machine that is to write it in place of the image. */
  createOverlay(options: { disk: DiskRecord; overlay: string }): Promise<void>

  /** May be repeated. */
  deleteOverlay(overlay: string): Promise<void>

  /**
   * Plugs a disk into a machine that runs. May be repeated.
   *
   * @throws UnavailableError `IMAGE_HELD` when another process has the image
   */
  attachDisk(machine: MachineRecord, disk: AttachedDisk): Promise<void>

  /**
   * Takes a disk out of a machine that runs: its process has let go of the image when this answers. The guest must not
   * use it any more. May be repeated.
   *
   * @throws UnansweredError `DISK_NOT_RELEASED` when the guest does not let go of it
   */
  detachDisk(machine: MachineRecord, disk: AttachedDisk): Promise<void>

  /** {@link attachDisk} for several, all at once. */
  attachDisks(machine: MachineRecord, disks: readonly AttachedDisk[]): Promise<void>

  /** {@link detachDisk} for several, all at once. */
  detachDisks(machine: MachineRecord, disks: readonly AttachedDisk[]): Promise<void>

  /**
   * Writes what a machine's overlays of disks have into the disks' own images, while the machine runs, and lets it go on with
   * these. It stands still for some milliseconds when all is written. Nobody else may have the images open. The overlays' own
   * files stay, see {@link deleteOverlay}. May be repeated, also with no disk: a machine that was left standing goes on.
   *
   * @param options.commits overlays as the machine has them now
   * @param options.note writes down that the machine has these images: what is in their overlays is older from then on. When it
   *   throws, the machine is left standing
   * @throws FailedError `BLOCK_JOB_FAILED`, `BAD_CHAIN`, `DISK_NOT_COMMITTED`
   * @throws UnansweredError `BLOCK_JOB_SLOW`
   */
  commitOverlays(options: {
    machine: MachineRecord
    commits: readonly Commit[]
    note(done: readonly Commit[]): void
  }): Promise<void>

  /**
   * Copies what images below a disk have into its own, which then stands alone; also while a machine runs on it.
   *
   * @param machine that has the disk; undefined for none that runs
   * @throws FailedError `BLOCK_JOB_FAILED`
   * @throws UnansweredError `BLOCK_JOB_SLOW`
   */
  flatten(disk: DiskRecord, machine: MachineRecord | undefined): Promise<void>

  /**
   * Tells the image of a disk that no process has open where the image below it is now. It must be the very same one.
   *
   * @param below the nearest image below
   */
  rebase(disk: DiskRecord, below: string): Promise<void>

  /**
   * Moves the image of a disk that no process has open into a folder, on whichever file system. May be repeated.
   *
   * @returns where it is now
   * @throws UnavailableError `NO_SPACE`; `IMAGE_MISSING` when it is neither where it was nor in the folder
   * @throws RefusedError `IMAGE_EXISTS`
   */
  moveDiskImage(disk: DiskRecord, folder: string): Promise<string>
}

/** Processors and memory. */
export interface ResourcePlugging {
  /** What was plugged into a machine, in files of that machine's own: for a process that maps no other's memory. */
  ownPlugged(name: string, plugged: PluggedResources): PluggedResources

  /**
   * A place for a new piece of memory in a machine that runs. Changes nothing.
   *
   * @throws UnavailableError `NO_SLOT`
   */
  placeMemory(machine: MachineRecord, sizeMiB: number): Promise<PluggedMemory>

  /** The most processors that the machine's process can have; what it was started with when it can't have more. */
  mostCpus(machine: MachineRecord): Promise<number>

  /**
   * Plugs processors in until there are so many. Never takes one out: the guest lets them rest. May be repeated.
   *
   * @param nudge makes the guest do something, for which one whose processors are emulated has to be waited for now and then
   * @returns how many there are
   * @throws UnavailableError `TOO_MANY_CPUS`, `CPU_NOT_NOW`
   * @throws what `nudge` throws
   */
  plugCpus(machine: MachineRecord, count: number, nudge?: () => Promise<unknown>): Promise<number>

  /**
   * Plugs memory in, or takes out what was plugged in and the guest does not use any more, until its `plugged.memory` is
   * that of `wanted`. May be repeated.
   *
   * @throws UnavailableError `NO_MEMORY`
   * @throws UnansweredError `MEMORY_NOT_RELEASED` when the guest does not let go of it
   */
  plugMemory(machine: MachineRecord, wanted: PluggedResources): Promise<void>
}
