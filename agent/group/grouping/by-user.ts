/** All processes of a user are one group. Pure. */
import { GroupOrigin } from '../../../proto/generated/messages.ts'
import { edgesOf, pidOf } from '../coupling/edges.ts'
import { bondsOf } from './bonds.ts'
import { groupOf } from './group.ts'
import type { Member } from './membership.ts'
import { toName, unusedName } from './names.ts'
import type { Grouped, Workload } from './types.ts'

/** Declarations have no say in it: who parts a guest by users means every user. */
export function groupByUser({ processes, ties }: Workload): Grouped {
  const byUser = Map.groupBy(processes, ({ process }) => process.user)
  const taken = new Set<string>()
  const members = new Map<number, Member>()
  const groups = [...byUser.keys()].sort().map((user) => {
    const name = unusedName(toName(user), taken)
    taken.add(name)
    const own = (byUser.get(user) ?? []).map(({ process }) => process)
    for (const process of own) members.set(pidOf(process), { process, group: name, distance: 0 })
    return groupOf(name, GroupOrigin.GROUP_ORIGIN_USER, own)
  })
  return {
    groups,
    groupOf: new Map([...members].map(([pid, { group }]) => [pid, group])),
    edges: edgesOf(ties),
    bonds: bondsOf(ties, members, () => false),
    problems: [],
  }
}
