import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'
import { unlessRebooted } from './rebooted.ts'

/** Connects each child and lets its groups go on: here the silence of their clients ends. */
export const resume: WorkStep<SplitContext> = {
  name: 'resume',
  commits: false,
  async run({ prepared: { operation, children }, hypervisor, agents, findings }) {
    await Promise.all(
      children.map(async (child) => {
        // The link first: what a group sends right after its thaw must not be lost.
        await hypervisor.connect(child)
        const agent = await agents.of(child)
        await unlessRebooted(agent.resume(operation))
      }),
    )
    findings.resumedAt = performance.now()
  },
}
