/** The same cgroup, for processes that no unit tells apart, such as those of a container. */
import { Channel, type Process } from '../../../../proto/generated/messages.ts'
import { isMadeForGroup } from '../../control/placement.ts'
import type { CouplingFacts } from '../facts.ts'
import { printable } from '../printable.ts'
import { createTies, type Tie } from '../ties.ts'
import { isCatchAll, systemUnitOf } from '../units.ts'

export function coupleByCgroup({ processes }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_CGROUP)
  const members = new Map<string, Process[]>()
  for (const { process, userUnit } of processes) {
    const cgroup = originOf(process.cgroup)
    if (userUnit !== '' || systemUnitOf(process) !== '' || isCatchAll(cgroup)) continue
    const known = members.get(cgroup)
    if (known === undefined) members.set(cgroup, [process])
    else known.push(process)
  }
  for (const [cgroup, holders] of members) ties.add(holders, `cgroup ${printable(cgroup)}`)
  return ties.list()
}

/** Where a process was before the agent gave its group a cgroup: being in that one is no evidence. */
function originOf(cgroup: string): string {
  return isMadeForGroup(cgroup) ? originOf(cgroup.slice(0, cgroup.lastIndexOf('/'))) : cgroup
}
