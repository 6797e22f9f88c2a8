/** Which child keeps which disk of a group. Pure. */
import { RefusedError } from '../../proto/errors.ts'
import type { Group } from '../../proto/generated/messages.ts'

/** A disk of the parent. */
export interface PlannedDisk {
  name: string
  /** The declared group that has it. */
  group: string
  /** The child that goes on writing it; every other one lets go of it. */
  child: string
}

export interface DiskOptions {
  parent: string
  /** The names, which are serial numbers, of disks that are plugged into the parent. */
  attached: readonly string[]
  /** By coupling. */
  declared: readonly Pick<Group, 'name' | 'disks'>[]
  /** What the children are made of: declared groups, or users. */
  groups: readonly Pick<Group, 'name' | 'declaredGroups'>[]
  children: readonly { name: string; groups: readonly string[] }[]
}

/**
 * @throws RefusedError `DISK_UNOWNED` when no group declares a disk: each child would write a disk of its own that nobody could
 *   put together again; `DISK_SHARED` when several children would have the group
 */
export function planDisks({ parent, attached, declared, groups, children }: DiskOptions): PlannedDisk[] {
  return attached.map((name) => {
    const owner = declared.find(({ disks }) => disks.some(({ serial }) => serial === name))
    if (owner === undefined) throw unowned(name, parent)
    const group = owner.name
    const names = groups
      .filter((one) => one.name === group || one.declaredGroups.includes(group))
      .map((one) => one.name)
    const owners = children.filter((child) => child.groups.some((one) => names.includes(one)))
    const [child, other] = owners
    if (child === undefined) throw unowned(name, parent)
    if (other !== undefined) throw shared(name, group, [child.name, other.name])
    return { name, group, child: child.name }
  })
}

function unowned(disk: string, parent: string): RefusedError {
  return new RefusedError({
    code: 'DISK_UNOWNED',
    message: `no group of ${parent} that a child gets declares the disk ${disk}, which is plugged into it`,
    remedy: `Declare it (\`disks\`, with \`serial: ${disk}\`) in the file of the group that uses it, or take it out: cleave disk detach ${disk}`,
  })
}

function shared(disk: string, group: string, children: readonly string[]): RefusedError {
  return new RefusedError({
    code: 'DISK_SHARED',
    message: `${children.join(' and ')} would both have ${group}, which writes the disk ${disk}`,
    remedy: `Give ${group} to one child.`,
  })
}
