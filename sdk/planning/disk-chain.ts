/** The images below the disks of machines. Pure. */
import type { MachineRecord } from '../store/records.ts'

type Link = Pick<MachineRecord, 'disk' | 'backing'>

/**
 * @param machines all that there are
 * @returns the nearest first: disks of the machines that it was split from, then the image that all of them began with
 */
export function imagesBelow(machine: Link, machines: readonly Link[]): string[] {
  const owners = new Map(machines.map((one) => [one.disk, one]))
  const images: string[] = []
  let next = machine.backing
  // A damaged store could have a circle.
  while (next !== undefined && !images.includes(next)) {
    images.push(next)
    next = owners.get(next)?.backing
  }
  return images
}
