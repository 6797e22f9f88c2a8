/** Which device a declaration means. Pure. */
import type { Disk, IscsiTarget } from '../../proto/generated/messages.ts'
import type { BlockDevice } from './block-device.ts'
import type { Content, Contents } from './contents.ts'

export type Match = { device: BlockDevice; reason?: undefined } | { device?: undefined; reason: string }

// What blkid finds on devices that something else is made of.
const members = /(_member|^crypto_LUKS|^swap|^bcache|^)$/

/** True when the contents of devices have to be known to find it. */
export function needsContents(disk: Disk, devices: readonly BlockDevice[]): boolean {
  return disk.uuid !== '' || wholeDisks(disk, devices).some((device) => madeOf(device, devices).length > 1)
}

/**
 * Finds the device that has the file system: the disk itself, a partition, or what was made of them, such as a logical
 * volume. It has to be all that the declaration says.
 *
 * @param contents may be empty where {@link needsContents} says so
 */
export function matchDisk(disk: Disk, devices: readonly BlockDevice[], contents: Contents): Match {
  const contentOf = ({ path }: BlockDevice): Content => contents.get(path) ?? { uuid: '', type: '' }
  const isByPlace = disk.serial !== '' || disk.iscsi !== null
  const wholes = wholeDisks(disk, devices)
  if (isByPlace && wholes.length === 0) return { reason: `no ${nameOf(disk)} is there` }
  const candidates = isByPlace ? wholes.flatMap((whole) => madeOf(whole, devices)) : devices
  if (disk.uuid !== '') {
    const same = candidates.filter((one) => contentOf(one).uuid.toLowerCase() === disk.uuid.toLowerCase())
    // Of the paths to one disk, and of what is made of them, the last.
    const device = same.find(({ holders }) => holders.length === 0) ?? same[0]
    return device === undefined ? { reason: `no file system ${disk.uuid} is there` } : { device }
  }
  const [only] = candidates
  if (candidates.length === 1 && only !== undefined) return { device: only }
  const usable = candidates.filter((one) => !members.test(contentOf(one).type))
  const [device] = usable
  if (device !== undefined && usable.length === 1) return { device }
  const found = usable.length === 0 ? 'no file system' : 'more than one file system'
  return { reason: `${nameOf(disk)} has ${found} on it: declare the uuid of one` }
}

/** For people. */
export function nameOf({ serial, uuid, iscsi, nfs }: Disk): string {
  if (nfs !== '') return nfs
  if (serial !== '') return `disk ${serial}`
  return iscsi === null ? `file system ${uuid}` : `disk ${iscsi.lun} of ${iscsi.name}`
}

/** The disks that have the serial and are at the place that are declared; none when neither is. */
export function wholeDisks({ serial, iscsi }: Disk, devices: readonly BlockDevice[]): BlockDevice[] {
  if (serial === '' && iscsi === null) return []
  return devices.filter(
    (device) =>
      device.partOf === '' &&
      (serial === '' || device.serial === serial) &&
      (iscsi === null || (device.iscsi?.lun === iscsi.lun && isOfTarget(device.iscsi, iscsi))),
  )
}

/** True for what is of the same target, whatever its unit. */
export function isOfTarget(one: Omit<IscsiTarget, 'lun'>, other: Omit<IscsiTarget, 'lun'>): boolean {
  return one.name === other.name && portalKey(one.portal) === portalKey(other.portal)
}

/** The same for all ways to write an IPv6 address. */
function portalKey(portal: string): string {
  return URL.parse(`iscsi://${portal}`)?.host ?? portal
}

/** A device, its partitions, and what the kernel made of any of them. */
export function madeOf(device: BlockDevice, devices: readonly BlockDevice[]): BlockDevice[] {
  const found = new Set([device])
  for (const one of found) {
    for (const other of devices) {
      if (other.partOf === one.name || one.holders.includes(other.name)) found.add(other)
    }
  }
  return [...found]
}
