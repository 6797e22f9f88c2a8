import { allSettled } from '../../all-settled.ts'
import { failureText, toFailureRecords } from '../failure-records.ts'
import type { WorkStep } from '../steps.ts'
import { agentOf, type MergeContext, onceFree, sourcesOf } from './context.ts'

/** Ends the groups where they are, and unmounts their disks: from now on nothing can start them there. */
export const yieldStep: WorkStep<MergeContext> = {
  name: 'yield',
  commits: false,
  outlivesPower: true,
  async run({ prepared, agents, findings }) {
    const { operation: operationId, freeDisks } = prepared
    findings.downAt = performance.now()
    await allSettled(
      sourcesOf(prepared).map(async ({ machine, planned }) => {
        const agent = await agents.of(machine)
        const groups = [...planned.groups, ...planned.joined, ...planned.ending]
        const request = { operationId, groups, mayEnd: groups, freeDisks }
        findings.yielded.set(machine.name, await agent.yieldGroups(request))
      }),
    )
  },
  async undo(context) {
    const { prepared, store } = context
    await allSettled(
      sourcesOf(prepared).map(async ({ machine, planned }) => {
        const agent = await agentOf(context, machine.name)
        // Those that end for good, the agent knows if it has ended them; else no declaration names them.
        const groups = [...planned.groups, ...planned.joined]
        const { operation: operationId } = prepared
        const request = { operationId, groups: groups.map((group) => ({ group, units: [] })) }
        const { failures } = await onceFree(() => agent.takeGroups(request))
        // The second time there is nothing left to start.
        if (failures.length > 0)
          store.operations.setFailures(operationId, machine.name, toFailureRecords(machine.name, failures))
      }),
    )
  },
  // The groups are in their machine again, which somebody has to look at: to try once more would keep it locked.
  lacks: ({ prepared, store }) => (store.operations.get(prepared.operation).failures ?? []).map(failureText),
}
