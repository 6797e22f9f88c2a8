/** Disks of groups as QEMU knows them: by their place on the SCSI bus. Pure. */
import type { AttachedDisk } from '../../../store/records.ts'
import { option } from '../option.ts'

/** QEMU's names for what one disk consists of. */
export function namesOf({ unit }: Pick<AttachedDisk, 'unit'>) {
  return { device: `disk-${unit}`, image: `image-${unit}`, file: `file-${unit}` }
}

/** The nodes of a disk's image: its file, and what qcow2 makes of that. */
export function imageNodes(disk: AttachedDisk) {
  const { image, file } = namesOf(disk)
  return [
    { driver: 'file', 'node-name': file, filename: disk.image, discard: 'unmap' },
    { driver: 'qcow2', 'node-name': image, file, discard: 'unmap' },
  ] as const
}

/** What the guest sees. */
export function diskDevice(disk: AttachedDisk) {
  const { device, image } = namesOf(disk)
  const place = { bus: 'scsi0.0', channel: 0, 'scsi-id': disk.unit, lun: 0 }
  return { driver: 'scsi-hd', id: device, ...place, drive: image, serial: disk.name }
}

/** The arguments for a process that has these disks from its start. */
export function attachedDisks(disks: readonly AttachedDisk[]): string[] {
  return disks.flatMap((disk) => {
    const [file, image] = imageNodes(disk)
    const { driver, ...device } = diskDevice(disk)
    return [
      ...['-blockdev', option('', { ...file, locking: true })],
      ...['-blockdev', option('', image)],
      ...['-device', option(driver, device)],
    ]
  })
}
