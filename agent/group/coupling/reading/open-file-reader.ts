/** Finds out how a file is open, which file it is, and of what kind. */
import type { AccessMode } from '../../../process/access-mode.ts'
import type { OpenPath, OpenPipe } from '../../../process/open-files.ts'
import type { ProcessFiles } from '../../../process/process-files.ts'
import type { SharedFile } from '../facts.ts'
import { type Mount, mayHang, parseMounts, parseOpenFileInfo } from './open-file-identity.ts'

export interface IdentifiedFile {
  /** The same for every process that has this file open. */
  identity: string
  mount: Mount | undefined
}

/**
 * Remembers what it read for as long as the listing hands out the same object: that is, while the process rests and
 * nothing about its open files can change. Every answer is undefined once the file is closed.
 */
export interface OpenFileReader {
  access(pid: number, file: OpenPath | OpenPipe): AccessMode | undefined
  identify(pid: number, file: OpenPath): IdentifiedFile | undefined
  /** Also undefined for what is neither a file nor a named pipe nor a message queue. */
  readKind(pid: number, file: OpenPath, identified: IdentifiedFile): SharedFile['kind'] | undefined
  /** Call it before a new look at the guest: numbers of mounts are given out again. */
  forgetMounts(): void
}

// From include/uapi/linux/magic.h.
const messageQueueFileSystem = 0x1980_0202

export function createOpenFileReader(files: ProcessFiles): OpenFileReader {
  const modes = new WeakMap<OpenPath | OpenPipe, AccessMode>()
  const identities = new WeakMap<OpenPath, IdentifiedFile>()
  const mounts = new Map<string, Mount>()
  const readFrom = new Set<number>()

  const findMount = (id: string, pid: number): Mount | undefined => {
    for (const reader of [process.pid, pid]) {
      if (mounts.has(id) || readFrom.has(reader)) continue
      readFrom.add(reader)
      for (const [key, mount] of parseMounts(files.text(reader, 'mountinfo') ?? '')) mounts.set(key, mount)
    }
    return mounts.get(id)
  }

  const readIdentity = (pid: number, { descriptor, path }: OpenPath): IdentifiedFile | undefined => {
    const info = parseOpenFileInfo(files.text(pid, `fdinfo/${descriptor}`) ?? '')
    if (info === undefined) return undefined
    const mount = findMount(info.mount, pid)
    // Memory files and message queues lie on mounts of the kernel's own, which no list of mounts has.
    const place = mount?.device ?? `mount ${info.mount}`
    return { identity: info.inode === undefined ? path : `${place}:${info.inode}`, mount }
  }

  return {
    access: (pid, file) => remembered(modes, file, () => files.access(pid, file.descriptor)),
    identify: (pid, file) => remembered(identities, file, () => readIdentity(pid, file)),

    readKind(pid, { descriptor }, { mount }) {
      if (mount !== undefined && mayHang(mount)) return 'file'
      const isOfKernel = mount === undefined
      if (isOfKernel && files.fileSystemType(pid, descriptor) === messageQueueFileSystem) {
        return 'message queue'
      }
      const stat = files.stat(pid, descriptor)
      if (stat?.isFIFO()) return 'fifo'
      return stat?.isFile() ? 'file' : undefined
    },

    forgetMounts() {
      mounts.clear()
      readFrom.clear()
    },
  }
}

function remembered<Key extends object, Value>(
  memory: WeakMap<Key, Value>,
  key: Key,
  read: () => Value | undefined,
): Value | undefined {
  const known = memory.get(key)
  if (known !== undefined) return known
  const value = read()
  if (value !== undefined) memory.set(key, value)
  return value
}
