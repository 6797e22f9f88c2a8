import { toFailureRecords } from '../../failure-records.ts'
import type { WorkStep } from '../../steps.ts'
import { tellChildren } from '../ask.ts'
import type { SplitContext } from '../context.ts'

/** Lets each child start its own groups: what ran in the parent runs again, in one child. Then tells who wants to know. */
export const inherit: WorkStep<SplitContext> = {
  name: 'inherit',
  commits: false,
  async run(context) {
    const { prepared, agents, hypervisor, store, findings } = context
    const { operation, children } = prepared
    await Promise.all(
      children.map(async (child) => {
        const agent = await agents.of(child)
        const answer = await agent.inherit(operation)
        findings.inherited.set(child.name, answer)
        store.operations.setFailures(operation, child.name, toFailureRecords(child.name, answer.failures))
        await hypervisor.connect(child)
      }),
    )
    findings.resumedAt = performance.now()
    await tellChildren(context)
  },
}
