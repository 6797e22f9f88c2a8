import { CleaveError } from '../../../proto/errors.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'
import { unlessRebooted } from './rebooted.ts'

/** Connects each child and lets its groups go on: here the silence of their clients ends. */
export const resume: WorkStep<SplitContext> = {
  name: 'resume',
  commits: false,
  async run(context) {
    const { prepared, hypervisor, findings } = context
    await Promise.all(
      prepared.children.map(async (child) => {
        // The link first: what a group sends right after its thaw must not be lost.
        await hypervisor.connect(child)
        await thaw(context, child)
      }),
    )
    findings.resumedAt = performance.now()
    // Last: no port that somebody else has taken keeps a group from going on.
    await Promise.all(prepared.children.map((child) => hypervisor.takeForwards(prepared.parent, child)))
  },
}

/** By the adopter, which is quick; by the agent when that can't be reached: the split is committed, so thaw they must. */
async function thaw({ prepared, agents, adopters }: SplitContext, child: MachineRecord): Promise<void> {
  try {
    const adopter = adopters.of(child)
    if (adopter !== undefined) return await adopter.resume()
  } catch (error) {
    // The agent says what is wrong when it is the guest.
    if (!(error instanceof CleaveError)) throw error
  }
  const agent = await agents.of(child)
  await unlessRebooted(agent.resume(prepared.operation))
}
