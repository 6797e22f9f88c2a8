/** Shared memory from /proc/PID/maps, see proc_pid_maps(5). Pure. */

/** Memory that other processes can have too: what one writes, the others read. */
export interface SharedMapping {
  /** Device and inode: the same for everybody who maps it. */
  object: string
  path: string
  isWritable: boolean
}

/** No line of a shared mapping is without it, and hardly any other has it: looking for it is quicker than reading. */
export const sharedMark = 's '

const line = /^[0-9a-f]+-[0-9a-f]+ [r-]([w-])[x-]s [0-9a-f]+ ([0-9a-f]+:[0-9a-f]+) (\d+) *(.*)$/gm

/**
 * The shared mappings of whole lines, one for each object. Left out is what no two processes share by it: inodes
 * that the kernel uses for all anonymous files, such as those of io_uring, and devices.
 */
export function parseSharedMappings(text: string): SharedMapping[] {
  if (!text.includes(sharedMark)) return []
  const found = new Map<string, SharedMapping>()
  for (const [, write, device, inode, path = ''] of text.matchAll(line)) {
    // Memory of no file. The inode alone would not tell: the first System V segment has number 0.
    if (device === '00:00' || isUnshared(path)) continue
    const object = `${device}:${inode}`
    const isWritable = write === 'w' || found.get(object)?.isWritable === true
    found.set(object, { object, path, isWritable })
  }
  return [...found.values()]
}

function isUnshared(path: string): boolean {
  if (path.startsWith('anon_inode:')) return true
  return path.startsWith('/dev/') && !path.startsWith('/dev/shm/') && !path.startsWith('/dev/zero')
}
