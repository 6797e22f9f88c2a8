import { toFailureRecords } from '../failure-records.ts'
import type { WorkStep } from '../steps.ts'
import { agentOf, carriedGroups, type MergeContext, onceFree } from './context.ts'
import { unitsToStart } from './units-to-start.ts'
import { unmountedGroups } from './unmounted.ts'

/** Mounts the disks in the destination and starts what ran: from now on the groups are its own. */
export const take: WorkStep<MergeContext> = {
  name: 'take',
  commits: false,
  outlivesPower: true,
  // A group that may still run here must not start again where it came from.
  guardsEarlier: true,
  async run({ prepared, store, agents, findings }) {
    const { operation: operationId, destination } = prepared
    const agent = await agents.of(store.machines.get(destination.name))
    const groups = unitsToStart(prepared.plan.sources, findings.yielded)
    findings.taken = await agent.takeGroups({ operationId, groups })
    findings.upAt = performance.now()
    const lacking = toFailureRecords(destination.name, unmountedGroups(findings.taken))
    store.operations.setFailures(operationId, destination.name, lacking)
  },
  async undo(context) {
    const { operation: operationId, destination } = context.prepared
    const agent = await agentOf(context, destination.name)
    const groups = carriedGroups(context.prepared)
    const request = { operationId, groups, takesBack: true, freeDisks: true }
    const { failures } = await onceFree(() => agent.yieldGroups(request))
    const lacking = toFailureRecords(destination.name, failures)
    context.store.operations.setFailures(operationId, destination.name, lacking)
  },
}
