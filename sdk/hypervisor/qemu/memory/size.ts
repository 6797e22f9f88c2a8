/** How much memory a machine has. Pure. */
import type { MachineRecord } from '../../../store/records.ts'

const mebibyte = 1024 * 1024

export type MemoryOf = Pick<MachineRecord, 'memoryMiB' | 'plugged'>

/**
 * What it is started with.
 *
 * Two pages more than was asked for: QEMU has a quicker way to note which pages a guest wrote for memory whose size is a
 * multiple of 64 pages, and that one forgets writes of an emulated processor. What it forgets is lost when the machine moves to a
 * twin (seen with QEMU 7.2: every fourth guest was damaged; docs/decisions.md).
 */
export function memoryBytes({ memoryMiB, plugged }: MemoryOf): number {
  return (plugged?.bootMemoryMiB ?? memoryMiB) * mebibyte + 2 * 4096
}

/** All that its process has, with what was plugged in, whether or not the guest uses it. */
export function allMemoryBytes(machine: MemoryOf): number {
  const plugged = machine.plugged?.memory ?? []
  return memoryBytes(machine) + plugged.reduce((sum, { sizeMiB }) => sum + sizeMiB * mebibyte, 0)
}

/** Each page of a state file has a header before it. */
const pageBytes = 4096
const pageHeaderBytes = 16
/** The state of the devices takes half a megabyte, and much more of none that there is. */
const deviceBytes = 64 * mebibyte

/** What the state of a machine takes in a file at most: all of its memory, and its devices. */
export function stateBytes(machine: MemoryOf): number {
  const bytes = allMemoryBytes(machine)
  return bytes + (bytes / pageBytes) * pageHeaderBytes + deviceBytes
}
