/** What a shared mapping is, by its path. Pure. */

/** Made by shm_open or sem_open. */
export function isPosixSharedMemory(path: string): boolean {
  return path.startsWith('/dev/shm/')
}

/** Made by shmget: the kernel names it after its key. */
export function isSystemVSharedMemory(path: string): boolean {
  return /^\/SYSV[0-9a-f]{8}( \(deleted\))?$/.test(path)
}
