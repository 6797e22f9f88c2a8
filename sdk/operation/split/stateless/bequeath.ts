import { agentGrouping } from '../../../guest/grouping.ts'
import type { WorkStep } from '../../steps.ts'
import { childInputs } from '../child-inputs.ts'
import type { SplitContext } from '../context.ts'

/** Leaves on the parent's disk what each child will be. The parent runs on and notices nothing. */
export const bequeath: WorkStep<SplitContext> = {
  name: 'bequeath',
  commits: false,
  async run({ prepared, agents }) {
    const { operation, plan, parent } = prepared
    const agent = await agents.of(parent)
    await agent.bequeath({
      operationId: operation,
      children: childInputs(prepared),
      replicated: plan.replicated,
      grouping: agentGrouping(plan.grouping),
      mayEnd: plan.ending.map(({ group }) => group),
    })
  },
  async undo({ prepared: { operation, parent }, agents, hypervisor }) {
    // A parent that has ended finds no child in itself when it boots.
    if ((await hypervisor.status(parent)) === 'absent') return
    const agent = await agents.of(parent)
    await agent.release(operation)
  },
}
