/** What the store keeps. Plain data: everything here is JSON. */
import type { RouteBackend, RouteDefinition } from '../routes/definition.ts'

/** Where a machine is in its life. What a process does now is asked of the hypervisor, never read from here. */
export type MachineState =
  /** Created, not meant to run. */
  | 'stopped'
  /** Meant to run. */
  | 'running'
  /** A child that is being made; it becomes `running` when its split commits, and is deleted when it is undone. */
  | 'preparing'
  /** It was split: its children run on its disk, it will never run again. */
  | 'split'

/** A virtual machine as its host knows it. */
export interface MachineRecord {
  /** Unique among all machines that exist; see proto/names.ts. */
  name: string
  /** UUID, new for each machine: SMBIOS shows it after the next boot. */
  id: string
  state: MachineState
  cpus: number
  memoryMiB: number
  /** The folder that is all its own, with its disk. */
  directory: string
  /**
   * The folder of its process's sockets and logs, within {@link directory}: another one for a process that takes the
   * machine over from another. @default the same
   */
  runtime?: string
  /** The qcow2 overlay that the machine writes. */
  disk: string
  /**
   * The image or the parent's disk below {@link disk}. It must not change while this record exists. @default none: the disk
   * stands alone
   */
  backing?: string
  /** Disks of groups that are plugged into it. @default none */
  disks?: AttachedDisk[]
  /**
   * There while its process has other processors and memory than a boot would give it. Whoever takes its state over needs the
   * same devices; a boot has no need of them.
   */
  plugged?: PluggedResources
  /** Kernel and initial RAM disk for direct boot. */
  boot: BootFiles
  /** The tap on the host; also the reason why names of taps are short. With user networking it is never made. */
  tap: string
  macAddress: string
  /** With prefix length. */
  address: string
  gateway: string
  bridge: string
  /** There when the machine is on no bridge: its process carries its connections out as a user's program would. */
  userNetwork?: UserNetwork
  /** VM generation id (UUID), new for each machine: the guest's kernel reseeds when it changes. */
  generationId: string
  /**
   * The RAM of a machine is shared when its children can map it copy-on-write (it booted here), private when it is
   * such a child itself.
   */
  memory: 'shared' | 'private'
  /** The file that backs its RAM: its own, or the one that its parent wrote. */
  memoryFile: string
  /** True once the agent gave the guest an identity of its own. */
  established: boolean
  /** What a process that is to take the machine over will have in place of the same fields. */
  twin?: Twin
  /** The name of the machine that it was split from. */
  parent?: string
  /** Milliseconds since 1970. */
  createdAt: number
}

/** A disk of a group, which moves with it from machine to machine. Its name is the serial number that guests know it by. */
export interface DiskRecord {
  /** Unique; at most 36 characters, see proto/names.ts for the rest. */
  name: string
  sizeBytes: number
  /** The qcow2 image that has all of it, but for images below. */
  image: string
  /** Images below {@link image}, the nearest first. @default none */
  backing?: string[]
  /** The machine that it is plugged into, or that its group has while it is off. @default none */
  machine?: string
  /** Milliseconds since 1970. */
  createdAt: number
}

/** A disk as one machine has it. */
export interface AttachedDisk {
  name: string
  /** What the machine writes: the disk's own image, or an overlay of it while a split is under way. */
  image: string
  /** Its place on the SCSI bus: a machine that takes over the state needs the same. */
  unit: number
}

/** Processors and memory that were plugged into, or taken from, a machine that runs. */
export interface PluggedResources {
  /** What the process was started with. */
  bootCpus: number
  bootMemoryMiB: number
  /** Processors that the machine has by now; its `cpus` are those that the guest uses. */
  presentCpus: number
  /** In the order in which they were plugged. */
  memory: PluggedMemory[]
}

export interface PluggedMemory {
  /** The device's id. */
  id: string
  sizeMiB: number
  /** The slot that it is in. */
  slot: number
  /** Its physical address. */
  address: number
  /** The file that backs it, as `memoryFile` does the rest. */
  file: string
}

/** What reaches a machine with user networking: nothing but these (docs/rootless.md). */
export interface UserNetwork {
  forwards: Forward[]
}

/** A TCP port of 127.0.0.1 on this host that ends in a guest. */
export interface Forward {
  hostPort: number
  /** The guest's own address, or a service address. */
  guestAddress: string
  guestPort: number
}

/** A second process for a machine, whose memory children can map: see docs/split.md. */
export interface Twin {
  runtime: string
  tap: string
  memory: 'shared'
  memoryFile: string
  plugged?: PluggedResources
}

export interface BootFiles {
  kernel: string
  initrd: string
  commandLine: string
}

/** One host process, safe against reuse of its pid. */
export interface ProcessHandle {
  pid: number
  /** Clock ticks from the host's boot to its start (field 22 of /proc/PID/stat). */
  startTicks: number
}

/** Where clients of a group's endpoint are to be sent, whether or not everybody was told already. */
export interface RouteRecord {
  name: string
  /** Of the last change that somebody was told of. */
  number: number
  backends: RouteBackend[]
  /** As it was when its publishers were last told; undefined when they have nothing of it. */
  published?: RouteDefinition
  /** The operation that holds it. */
  heldBy?: string
}

export type OperationKind = 'split' | 'merge' | 'resize'

export type OperationState = 'running' | 'done' | 'undone' | 'failed'

/** One operation and how far it came. */
export interface OperationRecord {
  id: string
  kind: OperationKind
  state: OperationState
  /** The machine that it began with. */
  machine: string
  /** The process that carries it out. When that has ended and the state is `running`, the operation must be recovered. */
  owner: ProcessHandle
  /** What was decided before the first step, as JSON of the operation's own kind: all that an undo needs. */
  plan: unknown
  startedAt: number
  endedAt?: number
  /** Code and message of what made it fail. */
  error?: { code: string; message: string }
  /** Who in the guest was told of it, in this order, and what became of that. */
  hooks?: HookRecord[]
  /** What groups lack though it went through: see to it. */
  failures?: FailureRecord[]
}

/** A group that an operation brought to a machine, and that does not run there as it did. */
export interface FailureRecord {
  machine: string
  group: string
  /** The unit that did not start; empty when a disk of the group could not be mounted. */
  unit: string
  reason: string
}

/** How it ended that somebody in a guest was told. */
export type HookOutcome = 'done' | 'refused' | 'timed-out' | 'broken' | 'gone' | 'cancelled'

/** Somebody in a guest who was told of an operation: a command that a declaration names, or an application. */
export interface HookRecord {
  event: 'beforeSplit' | 'afterSplit'
  /** The child in which it was; empty for the parent. */
  child: string
  /** Whose declaration has it; empty for those of the whole guest. */
  group: string
  /** For people, such as `command /usr/sbin/flush, as mail`. */
  hook: string
  outcome: HookOutcome
  /** Why it is not done, empty when it is. */
  detail: string
  /** The end of what a command wrote. */
  output: string
  milliseconds: number
}

/** A step that was begun: written before the step acts. */
export interface JournalEntry {
  operation: string
  /** Counts from 0. */
  position: number
  step: string
  state: 'begun' | 'done' | 'undone'
  at: number
}
