/** Which groups a merge moves from where to where, for their routes. Pure. */
import type { GroupWithHomes } from '../../planning/leading.ts'
import type { MergeParty, MergePlan } from '../../planning/merge-plan.ts'
import type { RoutedGroup } from '../../planning/routes.ts'
import type { MachineRecord } from '../../store/records.ts'

export interface Party extends MergeParty {
  machine: MachineRecord
}

export interface GroupToMerge {
  group: RoutedGroup
  from: MachineRecord
  to: MachineRecord[]
}

/**
 * Of what runs. A group that ends because the destination runs the same moves nowhere, and that of the destination stays.
 *
 * @param parties the destination first
 */
export function groupsToMerge(plan: MergePlan, parties: readonly Party[]): GroupToMerge[] {
  const destination = parties.find(({ name }) => name === plan.destination)
  if (destination === undefined) return []
  const moves = plan.sources.flatMap(({ name, groups, joined, ending }) => {
    const source = parties.find((party) => party.name === name)
    if (source === undefined) return []
    return [...movesOf(source, groups, [destination.machine]), ...movesOf(source, [...joined, ...ending], [])]
  })
  const touched = moves.map(({ group }) => group.name)
  return [...moves, ...movesOf(destination, touched, [destination.machine])]
}

/** Also what does not run: its addresses come up all the same. */
export function groupsToCarry(plan: MergePlan, sources: readonly MergeParty[]): GroupWithHomes[] {
  return plan.sources.flatMap(({ name, groups }) => {
    const listed = sources.find((party) => party.name === name)?.listed.groups ?? []
    return listed
      .filter((group) => groups.includes(group.name) && group.state !== 'GROUP_STATE_FOREIGN')
      .map((group) => ({ group, from: name, to: [plan.destination] }))
  })
}

function movesOf({ listed, machine }: Party, names: readonly string[], to: MachineRecord[]): GroupToMerge[] {
  const running = listed.groups.filter(
    ({ state, processes }) => state !== 'GROUP_STATE_FOREIGN' && processes.length > 0,
  )
  return running
    .filter(({ name }) => names.includes(name))
    .map(({ name, endpoints, serviceAddresses }) => ({
      group: { name, endpoints, serviceAddresses },
      from: machine,
      to,
    }))
}
