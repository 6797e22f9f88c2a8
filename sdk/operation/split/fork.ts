import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/** Stops the parent and lets every child go on from its memory: the pause. */
export const fork: WorkStep<SplitContext> = {
  name: 'fork',
  commits: false,
  async run({ prepared: { parent, children }, hypervisor, agents, adopters, findings }) {
    // A guest whose host is gone when it wakes would deal with that first, while clients wait for it.
    await Promise.all(children.flatMap((child) => [adopters.open(child), agents.hold(child)]))
    findings.fork = await hypervisor.fork(parent, children)
  },
  async undo({ prepared: { parent, children }, hypervisor, agents, adopters }) {
    // The parent writes to the memory that its children map: no child may live when it goes on.
    await Promise.all(
      children.map(async (child) => {
        adopters.close(child)
        await agents.end(child)
        await hypervisor.end(child)
      }),
    )
    if ((await hypervisor.status(parent)) === 'absent') return
    await hypervisor.resume(parent)
  },
}
