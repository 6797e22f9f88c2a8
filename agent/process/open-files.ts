/** What the links of /proc/PID/fd say. Pure. */

export interface OpenPipe {
  descriptor: string
  inode: string
}

export interface OpenPath {
  descriptor: string
  /** As the process sees it, with ` (deleted)` at its end when it was. */
  path: string
}

export interface OpenFiles {
  /** Inodes. */
  sockets: string[]
  pipes: OpenPipe[]
  /** Files and named pipes, without terminals, other devices and the kernel's own file systems. */
  paths: OpenPath[]
}

// Devices and settings, which processes use without meeting each other there.
const unshared = /^\/(dev\/(?!shm\/|mqueue\/)|proc\/|sys\/)/

/** Adds what one descriptor stands for. */
export function addOpenFile(files: OpenFiles, descriptor: string, target: string): void {
  if (target.startsWith('socket:[')) files.sockets.push(target.slice(8, -1))
  else if (target.startsWith('pipe:[')) files.pipes.push({ descriptor, inode: target.slice(6, -1) })
  else if (target.startsWith('/') && !unshared.test(target)) files.paths.push({ descriptor, path: target })
}
