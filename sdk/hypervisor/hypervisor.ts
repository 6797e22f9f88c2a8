/** The port that every hypervisor driver fills. Operations know this file and no driver. */
import type { Owner } from '../../proto/neighbours/neighbours.ts'
import type { BootFiles, MachineRecord } from '../store/records.ts'
import type { Fork, MemoryObstacles, Suspension, TwinTimings } from './handover.ts'
import type { DiskPlugging, ResourcePlugging } from './plugging.ts'
import type { MachineUsage, ProcessorTime } from './usage.ts'

export type Accelerator = 'kvm' | 'tcg'

/** `bridge`: an address that others reach. `user`: what a program of the user could do, see docs/rootless.md. */
export type NetworkKind = 'bridge' | 'user'

/** What a machine does now. */
export type MachineStatus =
  /** No process runs it. */
  | 'absent'
  /** Its processors run. */
  | 'running'
  /** Its processors are stopped. */
  | 'paused'
  /** A child that waits for its parent's state. */
  | 'waiting'
  /** A parent whose state was handed to its children. */
  | 'handed-over'

/**
 * A driver. All calls are bounded in time; all that take a machine throw an `UnavailableError` or `FailedError`
 * with the driver's own error as its cause.
 */
export interface Hypervisor extends DiskPlugging, ResourcePlugging {
  /**
   * Found out by booting, once per host and version, and kept.
   *
   * @param boot what to boot; without it the files of any machine in the store
   * @throws UnavailableError `NO_PROBE_KERNEL` when it is not known yet and there is nothing to boot
   */
  accelerator(boot?: BootFiles): Promise<Accelerator>

  /**
   * How a new machine is connected: as is wished, else on a bridge where this process may make one.
   *
   * @throws UnavailableError `NO_RIGHTS` when a bridge is wished and it may not
   */
  network(wish?: NetworkKind): Promise<NetworkKind>

  /** What machines with user networking have in common: each is alone in a network of its own. */
  readonly userNetwork: { address: string; gateway: string }

  /** The file that will back the RAM of a machine of that name when it boots; a child has its parent's. */
  memoryFile(name: string): string

  /** The host's end of the channel to a machine's agent, a unix socket. */
  agentSocket(machine: MachineRecord): string

  /** The host's end of the port on which each child is told which one it is, a unix socket. */
  adopterSocket(machine: MachineRecord): string

  /** The host's end of a machine's serial console, a unix socket. */
  consoleSocket(machine: MachineRecord): string

  /**
   * The end of what a machine's guest wrote to its console, in this boot and earlier ones: at most a kilobyte, as the guest wrote
   * it; empty when it never wrote anything. It stays when the machine ends, and goes with its folder.
   */
  lastOutput(machine: MachineRecord): Promise<string>

  /** Starts a machine from its disk. Its process outlives the caller. */
  boot(machine: MachineRecord): Promise<void>

  status(machine: MachineRecord): Promise<MachineStatus>

  /** Takes about 20 ms for each gigabyte of its memory. */
  usage(machine: MachineRecord): Promise<MachineUsage>

  /** Null when no process runs it. */
  processorTime(machine: MachineRecord): Promise<ProcessorTime | null>

  /** Asks the guest to power off, and ends the machine when it has not within `graceMs`. */
  shutdown(machine: MachineRecord, options: { graceMs: number }): Promise<'orderly' | 'ended'>

  /** Ends the machine's process at once and frees what it held: taps, sockets, memory file. May be repeated. */
  end(machine: MachineRecord): Promise<void>

  /** Asks what the machine's own process, and this host, can do. */
  obstacles(machine: MachineRecord): Promise<MemoryObstacles>

  /**
   * Who has addresses on the network that a machine is on, itself among them when it has one; nobody with user networking. It
   * takes some tenths of a second.
   *
   * @param addresses with or without prefix length
   * @throws FailedError `NOT_PROBED`
   */
  addressOwners(machine: MachineRecord, addresses: readonly string[]): Promise<Owner[]>

  /**
   * Starts a child that will map its parent's memory and waits for its state, cut off from the network. The parent
   * still runs.
   */
  spawnChild(parent: MachineRecord, child: MachineRecord): Promise<void>

  /** Gets the parent and the children that wait for its state ready for the pause. All of them go on as they were. */
  prepareFork(parent: MachineRecord, children: readonly MachineRecord[]): Promise<Fork>

  /**
   * Looks whether there is room for the state file of a machine, and for so many children that load it.
   *
   * @throws UnavailableError `NO_MEMORY`, `NO_SPACE`
   */
  checkRoomToSuspend(parent: MachineRecord, children: number): Promise<void>

  /**
   * Starts children that wait for their parent's whole state, cut off from the network, and gets the parent ready. It still runs.
   * When it throws, end those that were started.
   *
   * @throws UnavailableError `NO_MEMORY`
   */
  prepareSuspend(parent: MachineRecord, children: readonly MachineRecord[]): Promise<Suspension>

  /**
   * Lets a machine go on in a process whose memory children can map, while it runs: its memory is copied in the
   * background. When it throws, ask {@link settleTwin} which of the two has the machine.
   *
   * @param twin the machine as that process has it, see `reserveTwin`
   * @throws UnavailableError `NO_MEMORY`
   * @throws FailedError `STATE_NOT_HANDED_OVER`
   */
  moveToTwin(machine: MachineRecord, twin: MachineRecord): Promise<TwinTimings>

  /**
   * Finds out which process has the machine after a move that came to whatever end, lets that one run and ends the
   * other. May be repeated.
   */
  settleTwin(machine: MachineRecord, twin: MachineRecord): Promise<'machine' | 'twin'>

  /**
   * Gives back what holds nothing but zeros of the memory of a machine that never runs again.
   *
   * @throws FailedError `MEMORY_WRITTEN` when it runs
   */
  compactMemory(machine: MachineRecord): Promise<void>

  /**
   * Lets a stopped parent go on. Only when none of its children lives: it writes to the memory that they map, and to the
   * disk below theirs.
   */
  resume(parent: MachineRecord): Promise<void>

  /** Lets a child into the network, hands it what waited for it, and announces the guest's addresses. */
  connect(machine: MachineRecord): Promise<void>

  /**
   * Lets the forwards of a child with user networking end in it instead of in its parent. Without effect when it has
   * none. May be repeated.
   *
   * @throws FailedError `PORT_TAKEN`
   */
  takeForwards(parent: MachineRecord, child: MachineRecord): Promise<void>

  /**
   * Before anything is changed: whether children that boot will have room once their parent has ended.
   *
   * @param options.copies how many whole copies of its parent's disk are made
   * @param options.diskBytes sizes of disks that are asked for
   * @throws UnavailableError `NO_MEMORY`, `NO_SPACE`
   * @throws InvalidRequestError `DISK_TOO_SMALL`
   */
  checkRoom(options: {
    parent: MachineRecord
    children: readonly MachineRecord[]
    copies: number
    diskBytes: readonly number[]
  }): Promise<void>

  /**
   * Creates the disk of a new machine: an overlay of `machine.backing`.
   *
   * @param options.sizeBytes what the guest sees; at least the size of what is below, which is the default
   */
  createDisk(machine: MachineRecord, options?: { sizeBytes?: number }): Promise<void>

  /** Creates the disk of a new machine: a whole copy of the disk of a machine that does not run. */
  copyDisk(source: MachineRecord, machine: MachineRecord, options?: { sizeBytes?: number }): Promise<void>

  /**
   * Copies what is between a machine's disk and `base`, which is below it, into the disk; also while the machine runs.
   *
   * @param base undefined when the disk is to stand alone
   * @throws FailedError `BLOCK_JOB_FAILED`
   * @throws UnansweredError `BLOCK_JOB_SLOW`: repeat the call
   */
  flattenRoot(machine: MachineRecord, base: string | undefined): Promise<void>

  /** Deletes disk and folder of a machine that is not running. May be repeated. */
  deleteDisk(machine: MachineRecord): Promise<void>
}
