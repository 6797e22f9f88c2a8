/** A disk of a group in JSON: fields that stay, whatever the store keeps. Pure. */
import type { DiskRecord } from '../../store/records.ts'

/** @param disks all that there are */
export function diskDocument(disk: DiskRecord, disks: readonly DiskRecord[]) {
  const { name, sizeBytes, image, backing = [], machine, createdAt } = disk
  return {
    name,
    sizeBytes,
    machine: machine ?? null,
    image,
    backing,
    depth: backing.length,
    basisOf: disks.filter((one) => one.backing?.includes(image)).map((one) => one.name),
    createdAt: new Date(createdAt).toISOString(),
  }
}

export type DiskDocument = ReturnType<typeof diskDocument>
