import { CleaveError } from '../../../proto/errors.ts'
import { allSettled } from '../../all-settled.ts'
import { removeMachine } from '../../machine/delete.ts'
import { powerOff } from '../../machine/stop.ts'
import type { WorkStep } from '../steps.ts'
import { type MergeContext, sourcesOf } from './context.ts'

/** Ends and deletes the machines that have nothing left. One whose disk others are based on stays, and is off. */
export const endSources: WorkStep<MergeContext> = {
  name: 'end',
  commits: false,
  async run(context) {
    const ending = sourcesOf(context.prepared).filter(({ planned }) => planned.ends)
    await allSettled(ending.map(({ machine }) => endOne(context, machine.name)))
  },
}

async function endOne({ ports, store, agents, findings }: MergeContext, name: string): Promise<void> {
  const machine = store.machines.find(name)
  if (machine === undefined) return
  await agents.end(machine)
  try {
    await powerOff(ports, machine)
    await removeMachine(ports, store.machines.get(name))
  } catch (error) {
    if (!(error instanceof CleaveError && error.code === 'DISK_IN_USE')) throw error
    findings.left.push({ machine: name, reason: error.message })
  }
}
