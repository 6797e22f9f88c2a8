/** The plan of a split in JSON. Pure. Its result is a document as the SDK gives it. */
import type { ListGroupsResponse } from '../../../proto/generated/messages.ts'
import type { SplitPreview } from '../../operation/split/begin.ts'
import { forwardsOf } from '../../planning/user-network.ts'
import { leadingDocument } from './routes.ts'

/** A plan, with what the groups of each child use now. */
export function planDocument(plan: SplitPreview, listed: Pick<ListGroupsResponse, 'groups'>) {
  const measured = new Map(listed.groups.map((group) => [group.name, group]))
  const used = (groups: readonly string[], field: 'cpuCores' | 'memoryBytes') =>
    groups.reduce((total, group) => total + (measured.get(group)?.[field] ?? 0), 0)
  return {
    way: plan.way,
    why: plan.why,
    grouping: plan.grouping,
    twin: plan.twin,
    parent: plan.parent,
    cpus: plan.cpus,
    memoryMiB: plan.memoryMiB,
    replicated: plan.replicated,
    ending: plan.ending,
    children: plan.children.map(({ name, groups, ...given }) => ({
      name,
      groups,
      ...given,
      cpuCores: used(groups, 'cpuCores'),
      memoryBytes: used(groups, 'memoryBytes'),
      forwards: plan.userNetwork ? forwardsOf(plan.userNetwork, name) : [],
    })),
    disks: plan.disks,
    network: plan.userNetwork ? 'user' : 'bridge',
    unreachable: plan.userNetwork?.unreachable ?? [],
    ...leadingDocument(plan),
  }
}

export type PlanDocument = ReturnType<typeof planDocument>
