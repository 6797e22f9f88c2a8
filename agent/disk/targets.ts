/** What of the mount table belongs to the disks of groups. */
import { statSync } from 'node:fs'
import { mayHang } from '../group/coupling/reading/open-file-identity.ts'
import type { BlockDevice } from './block-device.ts'
import type { Devices } from './devices.ts'
import { wholeDisks } from './match.ts'
import type { Mount } from './mount-table.ts'
import { placeOf } from './place.ts'
import type { DeclaredDisk } from './types.ts'

export interface Target extends DeclaredDisk {
  /** Where it is to be mounted. */
  place: string
  /** That has the file system; undefined for a network file system, and when it is not there. */
  device: BlockDevice | undefined
  /** The whole disk, when the declaration says which: it is to go, not only its file system. */
  whole: BlockDevice | undefined
  /** The numbers of `device` and of the partitions of `whole`. */
  numbers: ReadonlySet<string>
}

export function targetOf(
  declared: DeclaredDisk & {
    place: string
    device?: BlockDevice | undefined
    whole?: BlockDevice | undefined
  },
  devices: readonly BlockDevice[],
): Target {
  const { device, whole } = declared
  const parts =
    whole === undefined
      ? []
      : devices.filter(({ name, partOf }) => name === whole.name || partOf === whole.name)
  const all = device === undefined ? parts : [device, ...parts]
  return { ...declared, device, whole, numbers: new Set(all.map(({ number }) => number)) }
}

/** Finds the devices as they are now. */
export async function findTargets(
  declared: readonly DeclaredDisk[],
  devices: Devices,
  table: readonly Mount[],
): Promise<Target[]> {
  return await Promise.all(
    declared.map(async ({ group, disk }) => {
      const place = placeOf(disk.mountPoint, table)
      if (disk.nfs !== '') return targetOf({ group, disk, place }, [])
      const { device } = await devices.find(disk)
      const all = devices.list()
      return targetOf({ group, disk, place, device, whole: wholeDisks(disk, all)[0] }, all)
    }),
  )
}

export interface Looks {
  /** The number of a device node, undefined when there is none. */
  nodeNumber(path: string): string | undefined
  /** True while a device of that number is there. */
  isThere(number: string): boolean
}

/** True when a mount is one of the disk's, wherever it is. Pure. */
export function isMountOf({ disk, numbers }: Target, mount: Mount, looks: Looks): boolean {
  if (disk.nfs !== '') return mayHang(mount) && isSameExport(mount.source, disk.nfs)
  const number = numberOf(mount, looks)
  return number !== undefined && numbers.has(number)
}

/** True at the disk's place for what is left of a disk that was taken away while it was mounted. Pure. */
export function isRemnant({ disk, place }: Target, mount: Mount, looks: Looks): boolean {
  if (disk.nfs !== '' || mount.mountPoint !== place) return false
  const isOfDevice = !mount.device.startsWith('0:') || mount.source.startsWith('/dev/')
  const number = numberOf(mount, looks)
  return isOfDevice && (number === undefined || !looks.isThere(number))
}

/** The number of the device that is mounted: file systems of btrfs have a number of their own. Pure. */
export function numberOf({ device, source }: Mount, { nodeNumber }: Looks): string | undefined {
  if (!device.startsWith('0:')) return device
  return source.startsWith('/dev/') ? nodeNumber(source) : undefined
}

function isSameExport(one: string, other: string): boolean {
  const bare = (text: string) => text.replace(/(.)\/+$/, '$1')
  return bare(one) === bare(other)
}

/** As the guest is now. */
export function looksOf(devices: readonly BlockDevice[]): Looks {
  const numbers = new Set(devices.map(({ number }) => number))
  return {
    isThere: (number) => numbers.has(number),
    nodeNumber(path) {
      const known = devices.find((device) => device.path === path)
      if (known !== undefined) return known.number
      // Another name of a device. All of /dev is in memory.
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat?.isBlockDevice() ? numberOfNode(stat.rdev) : undefined
    },
  }
}

/** Linux's dev_t, see makedev(3). */
function numberOfNode(rdev: number): string {
  const bits = BigInt(rdev)
  const major = ((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n)
  const minor = (bits & 0xffn) | ((bits >> 12n) & 0xffffff00n)
  return `${major}:${minor}`
}
