/** Which images are below which disks. Pure. */
import { RefusedError } from '../../proto/errors.ts'
import type { DiskRecord } from '../store/records.ts'

/** The disks whose image has that of `disk` somewhere below it. */
export function disksAbove(disk: DiskRecord, disks: readonly DiskRecord[]): DiskRecord[] {
  return disks.filter(({ backing = [] }) => backing.includes(disk.image))
}

/** The same disk when an image below it, or its own, is in another place. */
export function withImageMoved(disk: DiskRecord, from: string, to: string): DiskRecord {
  const moved = (image: string) => (image === from ? to : image)
  const { backing, ...rest } = disk
  return { ...rest, image: moved(disk.image), ...(backing && { backing: backing.map(moved) }) }
}

/** @throws RefusedError `DISK_IN_USE` while other disks are based on it */
export function refuseBelowOthers(disk: DiskRecord, disks: readonly DiskRecord[]): void {
  const above = disksAbove(disk, disks)
  if (above.length === 0) return
  const names = above.map(({ name }) => name)
  throw new RefusedError({
    code: 'DISK_IN_USE',
    message: `the image of disk ${disk.name} is below that of ${names.join(', ')}: it must not change`,
    remedy: `Make them stand alone first: cleave disk flatten ${names[0]}`,
  })
}

/** @throws RefusedError `DISK_ATTACHED` */
export function refuseAttached({ name, machine }: DiskRecord): void {
  if (machine === undefined) return
  throw new RefusedError({
    code: 'DISK_ATTACHED',
    message: `disk ${name} belongs to ${machine}`,
    remedy: `Detach it first: cleave disk detach ${name}`,
  })
}
