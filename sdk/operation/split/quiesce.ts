import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/** Freezes every workload group in the parent, so that no child runs one instruction of a group that is not its own. */
export const quiesce: WorkStep<SplitContext> = {
  name: 'quiesce',
  commits: false,
  async run({ prepared, agents, findings }) {
    const agent = await agents.of(prepared.parent)
    const { milliseconds } = await agent.quiesce({
      operationId: prepared.operation,
      groups: prepared.plan.children.flatMap(({ groups }) => groups),
    })
    // The agent looks at the guest first, while everything runs, and says how long it took from the first freeze on.
    findings.quiescedAt = performance.now() - milliseconds
  },
  async undo({ prepared, agents, hypervisor }) {
    // A parent that has ended meanwhile has nothing frozen: it boots with its groups running.
    if ((await hypervisor.status(prepared.parent)) === 'absent') return
    const agent = await agents.of(prepared.parent)
    await agent.release(prepared.operation)
  },
}
