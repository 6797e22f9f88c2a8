/** Is there room for machines: memory for their RAM files, space for their disks? */
import { constants, existsSync } from 'node:fs'
import { access, readFile, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { memoryFolder } from '../../hypervisor/qemu/memory/memory-file.ts'
import { parseMemoryAvailable } from '../../hypervisor/qemu/memory/room.ts'
import { mebibyte, size } from '../render/units.ts'
import type { Check } from './check.ts'

export async function checkMemory(home: string): Promise<Check> {
  const [fileSystem, meminfo] = await Promise.all([
    statfs(nearestFolder(memoryFolder(home))),
    readFile('/proc/meminfo', 'utf8'),
  ])
  return judgeRoom({
    name: 'memory',
    free: Math.min(fileSystem.bavail * fileSystem.bsize, parseMemoryAvailable(meminfo)),
    // The smallest guest that is of use, and the demo's.
    needed: 256 * mebibyte,
    comfortable: 1024 * mebibyte,
    remedy: 'Stop what is not needed, or give /dev/shm more: mount -o remount,size=80% /dev/shm',
  })
}

export async function checkSpace(home: string): Promise<Check> {
  const folder = nearestFolder(home)
  const mayWrite = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!mayWrite) {
    return {
      name: 'space',
      state: 'missing',
      detail: `no right to write to ${folder}`,
      remedy: 'Run cleave as root, or choose another folder (CLEAVE_HOME).',
    }
  }
  const { bavail, bsize } = await statfs(folder)
  return judgeRoom({
    name: 'space',
    free: bavail * bsize,
    needed: 256 * mebibyte,
    comfortable: 4096 * mebibyte,
    remedy: `Free some on the disk of ${folder}, or choose another folder (CLEAVE_HOME).`,
  })
}

interface Room {
  name: string
  /** Bytes, as are the next two. */
  free: number
  needed: number
  comfortable: number
  remedy: string
}

/** Pure. */
export function judgeRoom({ name, free, needed, comfortable, remedy }: Room): Check {
  const state = free < needed ? 'missing' : free < comfortable ? 'warning' : 'ok'
  return { name, state, detail: `${size(free)} free`, remedy: state === 'ok' ? '' : remedy }
}

/** The folder itself, or the one that it would be made in. */
function nearestFolder(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestFolder(dirname(path))
}
