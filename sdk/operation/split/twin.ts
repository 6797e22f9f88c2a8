import type { MachineRecord } from '../../store/records.ts'
import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/**
 * A machine whose memory is a private copy, as that of a child of an earlier split, goes over to a process whose memory
 * children can map. It runs on meanwhile, and stays there whatever becomes of the split.
 */
export const twin: WorkStep<SplitContext> = {
  name: 'twin',
  commits: false,
  async run(context) {
    const { prepared, hypervisor, agents, findings } = context
    const { parent, before } = prepared
    if (before === undefined) return
    await agents.end(before)
    findings.twin = await hypervisor.moveToTwin(before, parent)
    takeOver(context, parent)
    await hypervisor.end(before)
  },
  async undo(context) {
    const { prepared, hypervisor, agents, store } = context
    const { parent, before } = prepared
    if (before === undefined) return
    await agents.end(before)
    const holder = await hypervisor.settleTwin(before, parent)
    if (holder === 'twin') takeOver(context, parent)
    else store.machines.update(before.name, { twin: undefined })
    // Nothing was made of them yet, when no later step began.
    for (const child of prepared.children) store.machines.delete(child.name)
  },
}

function takeOver({ store }: SplitContext, machine: MachineRecord): void {
  const { name, runtime, tap, memory, memoryFile, plugged } = machine
  store.machines.update(name, { runtime, tap, memory, memoryFile, plugged, twin: undefined })
}
