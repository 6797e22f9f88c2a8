/** Is there room for the memory of one more machine? Pure. */

export interface Room {
  /** What the machine may come to use, bytes. */
  wanted: number
  /** Free space of the file system for memory files, bytes. */
  fileSystemFree: number
  /** MemAvailable of /proc/meminfo, bytes. */
  memoryAvailable: number
  /** What other machines may still come to use: the parts of their memory files that were never written. */
  promised: number
}

/** What QEMU itself takes beside the guest's memory, about. */
const overhead = 128 * 1024 * 1024

/** How many bytes are missing; 0 when there is room. */
export function missingBytes({ wanted, fileSystemFree, memoryAvailable, promised }: Room): number {
  const missingFile = wanted + promised - fileSystemFree
  const missingMemory = wanted + promised + overhead - memoryAvailable
  return Math.max(0, missingFile, missingMemory)
}

/** MemAvailable in bytes (proc(5)); 0 when the text has none. */
export function parseMemoryAvailable(meminfo: string): number {
  return Number(/^MemAvailable:\s+(\d{1,15}) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024
}
