/** Plans a merge of guests as they are now. */
import { RefusedError } from '../../../proto/errors.ts'
import { mergeFeature } from '../../../proto/version.ts'
import type { AgentSessions } from '../../guest/agent-sessions.ts'
import { requireFeature } from '../../guest/require-feature.ts'
import type { Ports } from '../../machine/ports.ts'
import { type MergeParty, type MergePlan, type MergeRequest, planMerge } from '../../planning/merge-plan.ts'
import type { MachineRecord } from '../../store/records.ts'

export interface MergeWish {
  destination: MachineRecord
  sources: readonly MachineRecord[]
  request: MergeRequest
  agents: AgentSessions
}

/**
 * @throws what planMerge throws
 * @throws RefusedError `MACHINE_NOT_RUNNING`
 * @throws UnavailableError `AGENT_TOO_OLD`
 */
export async function planFor(ports: Ports, wish: MergeWish): Promise<MergePlan> {
  const parties = await Promise.all(
    [wish.destination, ...wish.sources].map((machine) => lookAt(ports, machine, wish.agents)),
  )
  const [destination, ...sources] = parties
  if (destination === undefined) throw new RangeError('a merge has a destination')
  return planMerge(destination, sources, wish.request)
}

async function lookAt(
  { hypervisor }: Ports,
  machine: MachineRecord,
  agents: AgentSessions,
): Promise<MergeParty> {
  const { name, cpus, memoryMiB, disks = [] } = machine
  const status = await hypervisor.status(machine)
  if (status !== 'running') {
    throw new RefusedError({
      code: 'MACHINE_NOT_RUNNING',
      message: `${name} is ${status}: only machines that run can be merged`,
      remedy: `Start it with \`cleave vm start ${name}\`.`,
    })
  }
  const agent = await agents.of(machine)
  await requireFeature(agent, { feature: mergeFeature, machine: name, instead: 'merge other machines' })
  return { name, cpus, memoryMiB, disks: disks.map((disk) => disk.name), listed: await agent.groups() }
}
