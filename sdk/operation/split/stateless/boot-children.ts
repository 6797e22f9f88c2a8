import { bootedAgent } from '../../../machine/booted-agent.ts'
import { drawEntropy, identityOf, wallClockMicroseconds } from '../../../machine/identity.ts'
import type { MachineRecord } from '../../../store/records.ts'
import type { WorkStep } from '../../steps.ts'
import type { SplitContext } from '../context.ts'

/** Boots every child. Each is itself from the start; its groups are held until it inherits. */
export const bootChildren: WorkStep<SplitContext> = {
  name: 'boot',
  commits: false,
  async run(context) {
    const results = await Promise.allSettled(
      context.prepared.children.map((child) => bootOne(context, child)),
    )
    for (const result of results) if (result.status === 'rejected') throw result.reason
  },
  async undo({ prepared: { children }, hypervisor, agents }) {
    await Promise.all(
      children.map(async (child) => {
        await agents.end(child)
        await hypervisor.end(child)
      }),
    )
  },
}

async function bootOne({ hypervisor, agents, findings }: SplitContext, child: MachineRecord): Promise<void> {
  await hypervisor.boot(child)
  const agent = await bootedAgent({ hypervisor, agents, machine: child })
  const { identity } = await agent.establish({
    // Its parent's agent may have drawn another machine id, which stays.
    identity: { ...identityOf(child), machineId: '' },
    entropy: drawEntropy(),
  })
  await agent.setWallClock(wallClockMicroseconds())
  findings.established.set(child.name, identity)
}
