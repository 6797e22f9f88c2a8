/** Places on the SCSI bus of a machine. Pure. */
import type { AttachedDisk } from '../store/records.ts'

/** QEMU's virtio-scsi has targets 0 to 255 (hw/scsi/virtio-scsi.c). */
const units = 256

/** Places that no disk has, the lowest first. */
export function freeUnits(attached: readonly AttachedDisk[]): number[] {
  const taken = new Set(attached.map(({ unit }) => unit))
  return Array.from({ length: units }, (_, unit) => unit).filter((unit) => !taken.has(unit))
}
