import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'
import { unlessRebooted } from './rebooted.ts'

/** The parts of an identity that take long and that no running group waits for. */
export const settle: WorkStep<SplitContext> = {
  name: 'settle',
  commits: false,
  async run({ prepared: { operation, children }, agents, findings }) {
    await Promise.all(
      children.map(async (child) => {
        const agent = await agents.of(child)
        const settled = await unlessRebooted(agent.settle(operation))
        findings.settled.set(child.name, settled?.identity ?? [])
      }),
    )
  },
}
