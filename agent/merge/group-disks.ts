import type { GuestDisks } from '../disk/types.ts'
import type { GroupDisks } from './types.ts'

export interface GroupDisksOptions {
  disks: Pick<GuestDisks, 'mount' | 'unmount'>
  /** Tells the groups that declare disks. */
  withDisks: () => readonly string[]
}

export function createGroupDisks({ disks, withDisks }: GroupDisksOptions): GroupDisks {
  const known = (groups: readonly string[]) => {
    const names = withDisks()
    return groups.filter((group) => names.includes(group))
  }
  return {
    mount: async (groups, { waitMilliseconds = 0 } = {}) => {
      const own = known(groups)
      if (own.length === 0) return []
      return (await disks.mount({ groups: own, waitMilliseconds })).disks
    },
    unmount: async (groups, { free }) => {
      const own = known(groups)
      if (own.length === 0) return []
      const request = { groups: own, free, graceMilliseconds: 0 }
      return (await disks.unmount(request, { yields: true })).disks
    },
  }
}
