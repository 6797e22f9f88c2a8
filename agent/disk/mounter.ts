/** Mounts and unmounts by system calls; what these can't do or explain, mount(8) and umount(8) do. */
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { getSystemErrorMessage } from 'node:util'
import { mayHang } from '../group/coupling/reading/open-file-identity.ts'
import { createKernelCalls } from './kernel/calls.ts'
import { extSuperblock, isExtClean } from './kernel/ext-superblock.ts'
import { mountFlags } from './kernel/mount-flags.ts'
import { type MountOptions, notWritten, type UnmountMode, unmount, writeOut } from './mount-program.ts'
import { type Mount, unescaped } from './mount-table.ts'

export interface Mounter {
  /** Makes the first of the other calls faster. */
  warmUp(): void
  /**
   * False for a device that the kernel does not let anybody open yet, or any more. What else may be wrong with it, mounting it says.
   *
   * @throws UnansweredError `PROGRAM_STUCK`
   */
  canOpen(device: string): Promise<boolean>
  /**
   * True when it needs no check: it was unmounted as it should be. False where that can't be told.
   *
   * @throws UnansweredError `PROGRAM_STUCK`
   */
  isClean(device: string, fileSystem: string): Promise<boolean>
  /**
   * @returns false when it is mount(8) that has to try
   * @throws UnansweredError `PROGRAM_STUCK`
   */
  tryMount(wanted: MountOptions): Promise<boolean>
  /** See `unmount` of mount-program.ts. */
  unmount(mounted: Mount, mode?: UnmountMode): Promise<boolean>
  /** See `writeOut` of mount-program.ts. */
  writeOut(place: string): Promise<void>
}

const readMs = 15_000
const { ENOENT, ENXIO, ENODEV } = constants.errno
const notThere = new Set([ENOENT, ENXIO, ENODEV])
const writeMs = 60_000
// linux/fs.h: MNT_FORCE, MNT_DETACH.
const unmountFlags = { plain: 0, force: 1, lazy: 2 } as const

export function createMounter(): Mounter {
  const kernel = createKernelCalls()
  return {
    warmUp: kernel.warmUp,
    async canOpen(device) {
      const answer = await kernel.make({ do: 'read', path: device, offset: 0, length: 1 }, readMs)
      // Where there is nobody to try it, mounting it will tell.
      return answer === undefined || !notThere.has(answer.error)
    },
    async isClean(device, fileSystem) {
      if (!/^ext[234]$/.test(fileSystem)) return false
      const answer = await kernel.make({ do: 'read', path: device, ...extSuperblock }, readMs)
      return answer?.error === 0 && isExtClean(answer.content, Date.now() / 1000)
    },
    async tryMount({ source, place, fileSystem, options, timeoutMs }) {
      const flags = mountFlags(options)
      if (flags === undefined || !isForKernel(source, fileSystem)) return false
      const call = { do: 'mount', source, target: place, fileSystem, ...flags } as const
      return (await kernel.make(call, timeoutMs))?.error === 0
    },
    async unmount(mounted, mode = 'plain') {
      const { mountPoint, fileSystem } = mounted
      if (mayHang(mounted) || hasHelper('umount', fileSystem) || isNoted(mountPoint)) {
        return await unmount(mounted, mode)
      }
      const call = { do: 'unmount', target: mountPoint, flags: unmountFlags[mode] } as const
      const answer = await kernel.make(call, writeMs)
      if (answer?.error === 0) return true
      if (answer?.error === constants.errno.EBUSY) return false
      return await unmount(mounted, mode)
    },
    async writeOut(place) {
      const answer = await kernel.make({ do: 'sync', place }, writeMs)
      if (answer === undefined) await writeOut(place)
      // Whoever asked again would not hear of it: the kernel tells a failure once.
      else if (answer.error !== 0) throw notWritten(place, getSystemErrorMessage(-answer.error))
    },
  }
}

/** Logical volumes have two names, and mount(8) writes the better one into the table. */
function isForKernel(source: string, fileSystem: string): boolean {
  return (
    source.startsWith('/dev/') &&
    !source.startsWith('/dev/dm-') &&
    /^[a-z0-9]+$/.test(fileSystem) &&
    !/^(auto|none|swap|nfs4?)$/.test(fileSystem) &&
    !hasHelper('mount', fileSystem)
  )
}

const helperFolders = ['/sbin', '/sbin/fs.d', '/sbin/fs']

function hasHelper(program: 'mount' | 'umount', fileSystem: string): boolean {
  return helperFolders.some((folder) => existsSync(`${folder}/${program}.${fileSystem}`))
}

/** True when mount(8) noted something of it that umount(8) has to take back. */
function isNoted(mountPoint: string): boolean {
  const file = '/run/mount/utab'
  if (!existsSync(file)) return false
  const words = readFileSync(file, 'utf8').split(/\s/)
  return words.some((word) => word.startsWith('TARGET=') && unescaped(word.slice(7)) === mountPoint)
}
