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

/**
 * What stays below a machine's disk when it is to need no other machine: the image that all began with, or one that it keeps in its
 * own folder. Undefined when the last one is a disk of another machine, or a copy that another machine keeps: both stand alone.
 *
 * @param machines all that there are
 */
export function lastingImage(
  machine: Link & Pick<MachineRecord, 'name'>,
  machines: readonly (Link & Pick<MachineRecord, 'name' | 'directory'>)[],
): string | undefined {
  const last = imagesBelow(machine, machines).at(-1)
  const isOfAnother = machines.some(
    ({ name, directory }) => name !== machine.name && last?.startsWith(`${directory}/`),
  )
  return isOfAnother ? undefined : last
}

/** Machines whose disk is based on an image in the folder of another: on its disk, or on one that it keeps for them. */
export function heirsOf<Heir extends Pick<MachineRecord, 'name' | 'backing'>>(
  { name, directory }: Pick<MachineRecord, 'name' | 'directory'>,
  machines: readonly Heir[],
): Heir[] {
  return machines.filter((one) => one.name !== name && one.backing?.startsWith(`${directory}/`))
}
