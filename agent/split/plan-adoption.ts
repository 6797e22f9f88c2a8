/** What an adopter has to know of the children that will be. */
import { join } from 'node:path'
import type { Child } from '../../proto/generated/messages.ts'
import type { PlannedChild, PlannedItem } from '../adopter/plan.ts'
import type { CgroupTree } from '../group/control/cgroup.ts'
import type { PlanChild } from '../identity/plan-child.ts'
import { foreignGroupsOf, ownGroups, pathsToThaw } from './context.ts'
import { foreignMarks, leaveQuickMarks } from './foreign-markers.ts'
import type { FutureChild } from './future-children.ts'
import type { QuiescedGroup, SplitOperation } from './state-schema.ts'

export interface AdoptionOptions {
  operation: SplitOperation
  children: readonly Child[]
  root: string
  tree: Pick<CgroupTree, 'folder'>
  planChild: PlanChild
}

export interface Adoption extends PlannedChild, FutureChild {}

export function planAdoptions(options: AdoptionOptions): Adoption[] {
  return options.children.map((child) => planAdoption(child, options))
}

function planAdoption({ name, identity, uuid }: Child, options: AdoptionOptions): Adoption {
  const { operation, root, tree, planChild } = options
  const own = ownGroups(operation, name)
  const foreign = foreignGroupsOf(operation, name)
  const marks = foreignMarks(foreign)
  const marking: PlannedItem = {
    name: 'foreign-marks',
    isRequired: true,
    done: true,
    detail: `the units of ${foreign.map((group) => group.name).join(', ') || 'no group'} can't start here`,
    actions: [{ do: 'move', ...leaveQuickMarks({ root, child: name, marks }) }],
  }
  const { items, stored } =
    identity === null
      ? { items: [], stored: undefined }
      : planChild({ identity, own: addressesOf(own), foreign: addressesOf(foreign) })
  return {
    name,
    uuid,
    marks,
    stored,
    // The marks first: from then on nothing foreign can start, and who started before is found at the end.
    items: [marking, ...items],
    resume: pathsToThaw(own).map((path) => ({
      do: 'write',
      path: join(tree.folder(path), 'cgroup.freeze'),
      data: '0',
    })),
  }
}

function addressesOf(groups: readonly QuiescedGroup[]): string[] {
  return [...new Set(groups.flatMap(({ serviceAddresses }) => serviceAddresses))]
}
