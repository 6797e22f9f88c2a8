/** What machines take of their host. */
import type { ProcessHandle } from '../store/records.ts'

/** What a machine takes of the host, in bytes. */
export interface MachineUsage {
  /** Of its own disk image, without those that it is based on. */
  diskBytes: number
  /** Null when no process runs it. */
  memory: MemoryUsage | null
}

/** Resident memory of a machine's process, QEMU's own included. */
export interface MemoryUsage {
  /** Its own, and its share of what it has in common with others (PSS): these add up to what is used. */
  proportionalBytes: number
  ownBytes: number
  /** What it has in common with other processes: of a child, mostly its parent's memory. */
  sharedBytes: number
}

/** What a machine's process has taken of the host's processors. */
export interface ProcessorTime {
  /** Since its start, of all its threads, in user and kernel mode. */
  milliseconds: number
  /** Which process that is: a machine that boots anew, or goes over to a twin, has another one. */
  process: ProcessHandle
}
