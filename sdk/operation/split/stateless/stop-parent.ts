import { FailedError } from '../../../../proto/errors.ts'
import { bootMachine } from '../../../machine/boot.ts'
import { bootedAgent } from '../../../machine/booted-agent.ts'
import type { WorkStep } from '../../steps.ts'
import type { SplitContext } from '../context.ts'

/** systemd gives a unit 90 s to stop unless told otherwise (DefaultTimeoutStopSec=). */
const graceMs = 120_000

/** Ends the parent in an orderly way: its services stop as for any shutdown, and its disk is whole. */
export const stopParent: WorkStep<SplitContext> = {
  name: 'stop',
  commits: false,
  async run({ prepared: { parent }, agents, hypervisor, store, findings }) {
    findings.stoppedAt = performance.now()
    const agent = await agents.of(parent)
    // Says, also to another process, that it may have been told.
    store.machines.update(parent.name, { state: 'stopped' })
    await agent.powerOff()
    await agents.end(parent)
    const outcome = await hypervisor.shutdown(parent, { graceMs })
    if (outcome === 'orderly') return
    throw new FailedError({
      code: 'PARENT_NOT_STOPPED',
      message: `${parent.name} did not power off within ${graceMs / 1000} s`,
      remedy: `See what kept it: cleave vm console ${parent.name}. Its groups could have lost what they had not written yet.`,
    })
  },
  async undo({ prepared: { parent }, agents, hypervisor, store }) {
    if (store.machines.get(parent.name).state !== 'stopped') return
    await agents.end(parent)
    if ((await hypervisor.status(parent)) !== 'absent') await hypervisor.shutdown(parent, { graceMs })
    const machine = await bootMachine({ store, hypervisor }, parent.name)
    await bootedAgent({ hypervisor, agents, machine })
  },
}
