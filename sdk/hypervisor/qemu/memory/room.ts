/** Is there room for the memory of more machines? Pure. */

export interface Room {
  /** What they may come to use, bytes. */
  wanted: number
  /** How many they are. @default 1 */
  machines?: number
  /** Free space of the file system for memory files, bytes. */
  fileSystemFree: number
  /** MemAvailable of /proc/meminfo, bytes. */
  memoryAvailable: number
  /** What other machines may still come to use: the parts of their memory files that were never written. */
  promised: number
}

/** What each QEMU itself takes beside the guest's memory, about. */
const overhead = 128 * 1024 * 1024

/** How many bytes are missing; 0 when there is room. */
export function missingBytes({
  wanted,
  machines = 1,
  fileSystemFree,
  memoryAvailable,
  promised,
}: Room): number {
  const missingFile = wanted + promised - fileSystemFree
  const missingMemory = wanted + promised + machines * overhead - memoryAvailable
  return Math.max(0, missingFile, missingMemory)
}

/** MemAvailable in bytes (proc(5)); 0 when the text has none. */
export function parseMemoryAvailable(meminfo: string): number {
  return Number(/^MemAvailable:\s+(\d{1,15}) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024
}
