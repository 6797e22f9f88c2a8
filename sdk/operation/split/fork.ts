import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/** Stops the parent and lets every child go on from its memory: the pause. */
export const fork: WorkStep<SplitContext> = {
  name: 'fork',
  commits: false,
  async run({ prepared: { parent, children }, hypervisor, agents, findings }) {
    // Their agents answer as soon as the children run, and everything up to the thaw is time that clients wait.
    for (const child of children) agents.expect(child)
    findings.fork = await hypervisor.fork(parent, children)
  },
  async undo({ prepared: { parent, children }, hypervisor, agents }) {
    // The parent writes to the memory that its children map: no child may live when it goes on.
    await Promise.all(
      children.map(async (child) => {
        await agents.end(child)
        await hypervisor.end(child)
      }),
    )
    if ((await hypervisor.status(parent)) === 'absent') return
    await hypervisor.resume(parent)
  },
}
