import { identityOf } from '../../machine/identity.ts'
import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/**
 * Freezes every workload group in the parent, so that no child runs one instruction of a group that is not its own,
 * and tells the parent what each child will be, so that a child has next to nothing left to do.
 */
export const quiesce: WorkStep<SplitContext> = {
  name: 'quiesce',
  commits: false,
  async run({ prepared: { operation, parent, plan, children }, agents, adopters, findings }) {
    // Its adopter waits for orders from a host that is there, and every copy of it goes on waiting.
    await adopters.open(parent)
    const agent = await agents.of(parent)
    const { milliseconds } = await agent.quiesce({
      operationId: operation,
      children: children.map((child, index) => ({
        name: child.name,
        groups: plan.children[index]?.groups ?? [],
        identity: identityOf(child),
        uuid: child.id,
      })),
    })
    // The agent looks at the guest first, while everything runs, and says how long it took from the first freeze on.
    findings.quiescedAt = performance.now() - milliseconds
  },
  async undo({ prepared: { operation, parent }, agents, adopters, hypervisor }) {
    adopters.close(parent)
    // A parent that has ended meanwhile has nothing frozen: it boots with its groups running.
    if ((await hypervisor.status(parent)) === 'absent') return
    const agent = await agents.of(parent)
    await agent.release(operation)
  },
}
