/** Places on the SCSI bus of a machine. Pure. */
import type { AttachedDisk } from '../store/records.ts'

/** QEMU's virtio-scsi has targets 0 to 255 (hw/scsi/virtio-scsi.c); the store keeps 255 disks of a machine at most. */
export const mostDisks = 255

/** Places that no disk has, the lowest first. */
export function freeUnits(attached: readonly AttachedDisk[]): number[] {
  const taken = new Set(attached.map(({ unit }) => unit))
  return Array.from({ length: mostDisks }, (_, unit) => unit).filter((unit) => !taken.has(unit))
}
