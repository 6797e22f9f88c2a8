import type { Group, GroupState, Process } from '../proto/generated/messages.ts'
import type { CgroupTree } from './group/control/cgroup.ts'

/**
 * Tells groups that are frozen, or belong to another machine since a split, from those that run or are stopped.
 *
 * @param options.foreign the names of the groups that belong to other machines now
 */
export function createStateOf(options: {
  tree: CgroupTree
  foreign: () => ReadonlySet<string>
}): (group: Group, members: readonly Process[]) => GroupState | undefined {
  const { tree, foreign } = options
  return (group, members) => {
    // A user of that name is somebody else.
    if (group.origin !== 'GROUP_ORIGIN_USER' && foreign().has(group.name)) return 'GROUP_STATE_FOREIGN'
    const cgroups = new Set(members.map(({ cgroup }) => cgroup))
    if (cgroups.size === 0) return undefined
    return [...cgroups].every((cgroup) => tree.events(cgroup)?.frozen) ? 'GROUP_STATE_FROZEN' : undefined
  }
}
