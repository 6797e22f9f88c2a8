/** What is plugged into machines that run, and taken out of them. */
import type { AttachedDisk, DiskRecord, MachineRecord, PluggedResources } from '../store/records.ts'

/** The disks of groups. */
export interface DiskPlugging {
  /** The image that a new disk of that name has. */
  diskImage(name: string): string

  /**
   * Makes the image of a new disk: empty, an overlay of `base`, or with `copy` a whole copy of it.
   *
   * @param options.base a qcow2 image that nobody may write from now on
   * @throws InvalidRequestError `DISK_TOO_SMALL`, and what is wrong with `base`
   * @throws UnavailableError `NO_SPACE`
   */
  createDiskImage(disk: DiskRecord, options?: { base?: string; copy?: boolean }): Promise<void>

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

  /**
   * Writes what a machine's overlay of a disk has into the disk's own image, while the machine runs, and lets it go on
   * with that. Nobody else may have the image open. May be repeated.
   *
   * @param options.overlay as the machine has it now
   */
  commitOverlay(options: { machine: MachineRecord; overlay: AttachedDisk; image: string }): Promise<void>

  /**
   * Copies what images below a disk have into its own, which then stands alone; also while a machine runs on it.
   *
   * @param machine that has the disk; undefined for none that runs
   */
  flatten(disk: DiskRecord, machine: MachineRecord | undefined): Promise<void>
}

/** Processors and memory. */
export interface ResourcePlugging {
  /** The most processors that the machine's process can have; what it was started with when it can't have more. */
  mostCpus(machine: MachineRecord): Promise<number>

  /**
   * Plugs processors in until there are so many. Never takes one out: the guest lets them rest. May be repeated.
   *
   * @returns how many there are
   */
  plugCpus(machine: MachineRecord, count: number): Promise<number>

  /**
   * Plugs memory in, or takes out what was plugged in and the guest does not use any more, until its `plugged.memory` is
   * that of `wanted`. May be repeated.
   *
   * @throws UnavailableError `NO_MEMORY`, `NO_SLOT`
   * @throws UnansweredError `MEMORY_NOT_RELEASED` when the guest does not let go of it
   */
  plugMemory(machine: MachineRecord, wanted: PluggedResources): Promise<void>
}
