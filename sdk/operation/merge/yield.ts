import { allSettled } from '../../all-settled.ts'
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
    const { prepared } = context
    await allSettled(
      sourcesOf(prepared).map(async ({ machine, planned }) => {
        const agent = await agentOf(context, machine.name)
        // Those that end for good, the agent knows if it has ended them; else no declaration names them.
        const groups = [...planned.groups, ...planned.joined]
        const request = {
          operationId: prepared.operation,
          groups: groups.map((group) => ({ group, units: [] })),
        }
        await onceFree(() => agent.takeGroups(request))
      }),
    )
  },
}
