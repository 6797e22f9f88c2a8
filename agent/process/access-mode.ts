/** How a file is open, from the mode of its link in /proc/PID/fd: owner bits, as open(2) was called. Pure. */

export interface AccessMode {
  canRead: boolean
  canWrite: boolean
}

export function parseAccessMode(mode: number): AccessMode {
  return { canRead: (mode & 0o400) !== 0, canWrite: (mode & 0o200) !== 0 }
}
