/** Gets every workload group of the guest ready to be frozen at one word. */
import type { CgroupTree } from '../group/control/cgroup.ts'
import { gather } from '../group/control/gather.ts'
import type { SurveyGuest } from '../group/control/types.ts'
import { createHolds } from './holds.ts'
import type { UnitsByUser } from './idle-units.ts'
import { type KnownProcesses, knownProcesses } from './known-processes.ts'
import { checkPlan, type GroupPlan } from './plan.ts'
import { describeGroups } from './quiesced-groups.ts'
import type { QuiescedGroup } from './state-schema.ts'

export interface QuiesceOptions {
  tree: CgroupTree
  survey: SurveyGuest
  plan: GroupPlan
  unitsByUser: UnitsByUser
  /** What a former attempt at the same operation found. */
  former: readonly QuiescedGroup[]
}

export interface Quiesced {
  groups: QuiescedGroup[]
  known: KnownProcesses
}

/**
 * Every process of the groups is in a cgroup then that holds nothing else.
 *
 * @throws RefusedError `GUEST_CHANGED`, `PROTECTED`
 * @throws FailedError `NOT_GATHERED`
 */
export async function quiesceGroups({
  tree,
  plan,
  unitsByUser,
  ...options
}: QuiesceOptions): Promise<Quiesced> {
  const holds = createHolds(tree, options.former)
  const survey = async () => {
    const guest = await options.survey(plan.grouping)
    checkPlan(guest, plan)
    return guest
  }
  const { survey: guest, cgroups } = await gather({ tree, survey, groups: plan.groups, onTarget: holds.add })
  holds.addAll(cgroups)
  return {
    groups: describeGroups({
      survey: guest,
      plan,
      unitsByUser,
      holdsOf: holds.of,
      processesIn: tree.processes,
    }),
    known: knownProcesses(guest.processes),
  }
}
