/**
 * How much memory a machine has. Pure.
 *
 * Two pages more than was asked for: QEMU has a quicker way to note which pages a guest wrote for memory whose size is a
 * multiple of 64 pages, and that one forgets writes of an emulated processor. What it forgets is lost when the machine moves to a
 * twin (seen with QEMU 7.2: every fourth guest was damaged; docs/decisions.md).
 */
export function memoryBytes({ memoryMiB }: { memoryMiB: number }): number {
  return memoryMiB * 1024 * 1024 + 2 * 4096
}

/** Each page of a state file has a header before it. */
const pageBytes = 4096
const pageHeaderBytes = 16
/** The state of the devices takes half a megabyte, and much more of none that there is. */
const deviceBytes = 64 * 1024 * 1024

/** What the state of a machine takes in a file at most: all of its memory, and its devices. */
export function stateBytes(machine: { memoryMiB: number }): number {
  const bytes = memoryBytes(machine)
  return bytes + (bytes / pageBytes) * pageHeaderBytes + deviceBytes
}
