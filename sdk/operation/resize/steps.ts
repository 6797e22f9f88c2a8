/** The steps of a resize. */
import { inUse, pluggedOf, rangesOf, resizedFields } from '../../planning/resources.ts'
import type { CommitStep, Step, WorkStep } from '../steps.ts'
import type { PreparedResize, ResizeContext } from './context.ts'

/** Plugs in what is missing. The guest does not use it yet. */
const plug: WorkStep<ResizeContext> = {
  name: 'plug',
  commits: false,
  async run({ prepared: { machine, plan, plugged }, agents, hypervisor, findings }) {
    const agent = await agents.of(machine)
    const begunAt = performance.now()
    await hypervisor.plugCpus(machine, plugged.presentCpus, () => agent.groups())
    if (plan.plugMiB > 0) await hypervisor.plugMemory(machine, plugged)
    findings.plugMs = performance.now() - begunAt
  },
  async undo(context) {
    const { prepared, hypervisor, store } = context
    const { machine } = prepared
    if (!(await isRunning(context))) return
    const before = pluggedOf(machine)
    await hypervisor.plugMemory(machine, before)
    // A processor stays where it was plugged in: whoever takes the machine's state over needs it, too.
    const presentCpus = await hypervisor.plugCpus(machine, before.presentCpus)
    const { cpus, memoryMiB } = machine
    const now = { cpus, memoryMiB, plugged: { ...before, presentCpus } }
    store.machines.update(machine.name, resizedFields(now))
  },
}

/** Lets the guest use what it has by now, or as much as it is to keep. */
const use: WorkStep<ResizeContext> = {
  name: 'use',
  commits: false,
  async run({ prepared: { machine, plan, guest }, agents, findings }) {
    const agent = await agents.of(machine)
    const begunAt = performance.now()
    if (guest?.processors !== plan.cpus) await agent.setProcessors(plan.cpus)
    if (guest?.memoryBytes !== plan.guestBytes) await agent.setMemory(plan.guestBytes, plan.from)
    findings.guestMs = performance.now() - begunAt
  },
  async undo(context) {
    const { prepared, agents } = context
    const { machine, guest, plugged } = prepared
    if (guest === undefined || !(await isRunning(context))) return
    const agent = await agents.of(machine)
    await agent.setProcessors(guest.processors)
    // First of all what is to be unplugged again.
    await agent.setMemory(guest.memoryBytes, rangesOf(plugged.memory).toReversed())
  },
}

/** Takes out what was plugged in and the guest uses nothing of any more. */
const unplug: WorkStep<ResizeContext> = {
  name: 'unplug',
  commits: false,
  async run({ prepared: { machine, plugged }, agents, hypervisor, findings }) {
    const begunAt = performance.now()
    const { resting } = await (await agents.of(machine)).resources()
    const memory = inUse(plugged.memory, resting)
    if (memory.length < plugged.memory.length) await hypervisor.plugMemory(machine, { ...plugged, memory })
    findings.kept = memory
    findings.unplugMs = performance.now() - begunAt
  },
  async undo(context) {
    const { prepared, hypervisor } = context
    if (await isRunning(context)) await hypervisor.plugMemory(prepared.machine, prepared.plugged)
  },
}

const commit: CommitStep<ResizeContext> = {
  name: 'commit',
  commits: true,
  change({ prepared: { machine, plan, plugged, guest }, store, findings }) {
    const { cpus, memoryMiB } = plan
    const memory = findings.kept ?? plugged.memory
    const fields = resizedFields({ cpus, memoryMiB, plugged: { ...plugged, memory } })
    // One that is off has all of it from its start.
    store.machines.update(
      machine.name,
      guest === undefined ? { cpus, memoryMiB, plugged: undefined } : fields,
    )
  },
}

/** What was prepared decides which there are, also when another process takes them back. */
export function resizeSteps({ guest, plan }: PreparedResize): readonly Step<ResizeContext>[] {
  if (guest === undefined) return [commit]
  return plan.guestBytes < guest.memoryBytes ? [plug, use, unplug, commit] : [plug, use, commit]
}

/** What was plugged into a machine that has ended is gone with it. */
async function isRunning({ prepared: { machine }, hypervisor }: ResizeContext): Promise<boolean> {
  return (await hypervisor.status(machine)) !== 'absent'
}
