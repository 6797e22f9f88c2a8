/** What /proc/PID/mountinfo says, see proc_pid_mountinfo(5). Pure. */

export interface Mount {
  id: number
  /** Of the mount that it is mounted on. */
  parentId: number
  /** Major and minor number of the file system, such as `8:16`; major 0 for one that has no device of its own. */
  device: string
  /** The folder of the file system that is seen at the mount point. */
  root: string
  mountPoint: string
  fileSystem: string
  /** Such as `/dev/sda`. */
  source: string
}

/** In the order of the kernel. Lines that are none are left out. */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const words = line.split(' ')
    const separator = words.indexOf('-', 6)
    const [id = '', parentId = '', device = '', root = '', mountPoint = ''] = words
    if (separator < 0 || !/^\d+$/.test(id) || !/^\d+$/.test(parentId)) return []
    const [fileSystem = '', source = ''] = words.slice(separator + 1)
    return [
      {
        id: Number(id),
        parentId: Number(parentId),
        device,
        root: unescaped(root),
        mountPoint: unescaped(mountPoint),
        fileSystem: unescaped(fileSystem),
        source: unescaped(source),
      },
    ]
  })
}

/** The kernel and mount(8) write white space, backslashes and `#` as octal numbers of three digits. */
export function unescaped(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** True for a path and for whatever is below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`)
}

/** Tells what is mounted on what. */
export interface MountTree {
  /** Those that are mounted on it, at any place, the earliest first. */
  onto(mount: Mount): readonly Mount[]
  /** What a look at a path meets: the mount that the path is in. */
  at(path: string): Mount | undefined
}

export function mountTree(table: readonly Mount[]): MountTree {
  const byParent = Map.groupBy(
    table.filter(({ id, parentId }) => id !== parentId),
    ({ parentId }) => parentId,
  )
  const ids = new Set(table.map(({ id }) => id))
  const onto = (mount: Mount) => byParent.get(mount.id) ?? []
  const top = table.find(
    ({ id, parentId, mountPoint }) => (!ids.has(parentId) || id === parentId) && mountPoint === '/',
  )
  return {
    onto,
    at(path) {
      let seen: Mount | undefined = top
      // Each step goes one mount further away from the top.
      for (let steps = 0; seen !== undefined && steps <= table.length; steps++) {
        const next = nearest(path, onto(seen))
        if (next === undefined) return seen
        seen = next
      }
      return seen
    },
  }
}

/** Of mounts on the same one, the one whose mount point a path meets first. */
function nearest(path: string, mounts: readonly Mount[]): Mount | undefined {
  let found: Mount | undefined
  for (const mount of mounts) {
    if (!isWithin(path, mount.mountPoint)) continue
    if (found === undefined || mount.mountPoint.length < found.mountPoint.length) found = mount
  }
  return found
}
