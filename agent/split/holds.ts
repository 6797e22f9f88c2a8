/** Which cgroups a quiesce froze, or began to. */
import type { CgroupTree } from '../group/control/cgroup.ts'
import type { QuiescedGroup } from './state-schema.ts'

type Hold = QuiescedGroup['cgroups'][number]

/** Keeps every cgroup that was once to be frozen: also one that is empty by now has to be thawed in the end. */
export interface Holds {
  /** Notes also whether it is frozen already. Call it before it is frozen. */
  add(path: string, group: string): void
  addAll(cgroups: ReadonlyMap<string, readonly string[]>): void
  of(group: string): Hold[]
}

/** @param former what an earlier attempt at the same noted */
export function createHolds(tree: CgroupTree, former: readonly QuiescedGroup[]): Holds {
  const held = new Map<string, Hold & { group: string }>()
  for (const { name, cgroups } of former) {
    for (const hold of cgroups) held.set(hold.path, { ...hold, group: name })
  }
  const add = (path: string, group: string) => {
    const wasFrozen = held.get(path)?.wasFrozen ?? tree.isToldToFreeze(path)
    held.set(path, { path, wasFrozen, group })
  }
  return {
    add,
    addAll(cgroups) {
      for (const [group, paths] of cgroups) for (const path of paths) add(path, group)
    },
    of: (group) =>
      [...held.values()]
        .filter((hold) => hold.group === group)
        .map(({ path, wasFrozen }) => ({ path, wasFrozen })),
  }
}
