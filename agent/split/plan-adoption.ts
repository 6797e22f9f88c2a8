/** What an adopter has to know of a guest that is quiesced. */
import type { Child } from '../../proto/generated/messages.ts'
import type { AdopterPlan, PlannedChild, PlannedItem } from '../adopter/plan.ts'
import type { CgroupTree } from '../group/control/cgroup.ts'
import type { PlanChild } from '../identity/plan-child.ts'
import { foreignGroupsOf, ownGroups, pathsOf, pathsToThaw } from './context.ts'
import { foreignMarkActions } from './foreign-markers.ts'
import type { QuiescedGroup, SplitOperation } from './state-schema.ts'

export interface AdoptionOptions {
  operation: SplitOperation
  children: readonly Child[]
  root: string
  tree: Pick<CgroupTree, 'freezeFile'>
  planChild: PlanChild
  /** What runs, and may. */
  known: { processes: number[]; cgroups: string[] }
}

export function planAdoption(options: AdoptionOptions): AdopterPlan {
  const { operation, children, known } = options
  return {
    operation: operation.operation,
    children: children.map((child) => plannedChild(child, options)),
    processes: known.processes,
    // What systemd puts into a frozen cgroup is frozen.
    cgroups: [...known.cgroups, ...pathsOf(operation.groups)],
  }
}

function plannedChild({ name, identity }: Child, options: AdoptionOptions): PlannedChild {
  const { operation, root, tree, planChild } = options
  const own = ownGroups(operation, name)
  const foreign = foreignGroupsOf(operation, name)
  const marks: PlannedItem = {
    name: 'foreign-marks',
    isRequired: true,
    done: true,
    detail: `the units of ${foreign.map((group) => group.name).join(', ') || 'no group'} can't start here`,
    actions: foreignMarkActions(root, foreign),
  }
  const items =
    identity === null ? [] : planChild({ identity, own: addressesOf(own), foreign: addressesOf(foreign) })
  return {
    name,
    // The marks first: from then on nothing foreign can start, and who started before is found at the end.
    items: [marks, ...items],
    resume: pathsToThaw(own).map((path) => ({ do: 'write', path: tree.freezeFile(path), data: '0' })),
  }
}

function addressesOf(groups: readonly QuiescedGroup[]): string[] {
  return groups.flatMap(({ serviceAddress }) => (serviceAddress === '' ? [] : [serviceAddress]))
}
