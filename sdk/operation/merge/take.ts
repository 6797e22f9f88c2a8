import type { WorkStep } from '../steps.ts'
import { carriedGroups, type MergeContext, running } from './context.ts'

/** Mounts the disks in the destination and starts what ran: from now on the groups are its own. */
export const take: WorkStep<MergeContext> = {
  name: 'take',
  commits: false,
  // A group that may still run here must not start again where it came from.
  guardsEarlier: true,
  async run({ prepared, store, agents, findings }) {
    const { operation: operationId, destination } = prepared
    const unitsOf = new Map(
      [...findings.yielded.values()].flatMap(({ groups }) =>
        groups.map(({ group, units }) => [group, units]),
      ),
    )
    const agent = await agents.of(store.machines.get(destination.name))
    const groups = carriedGroups(prepared).map((group) => ({ group, units: unitsOf.get(group) ?? [] }))
    findings.taken = await agent.takeGroups({ operationId, groups })
    findings.upAt = performance.now()
  },
  async undo(context) {
    const { operation: operationId, destination } = context.prepared
    const agent = await context.agents.of(await running(context, destination.name))
    await agent.yieldGroups({
      operationId,
      groups: carriedGroups(context.prepared),
      takesBack: true,
      freeDisks: true,
    })
  },
}
