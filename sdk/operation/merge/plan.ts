/** Plans a merge of guests as they are now. */
import { RefusedError } from '../../../proto/errors.ts'
import { mergeFeature } from '../../../proto/version.ts'
import { bothSettled } from '../../all-settled.ts'
import type { AgentSessions } from '../../guest/agent-sessions.ts'
import { requireFeature } from '../../guest/require-feature.ts'
import type { Ports } from '../../machine/ports.ts'
import { type AddressMove, addressMoves } from '../../planning/leading.ts'
import { type MergePlan, type MergeRequest, planMerge } from '../../planning/merge-plan.ts'
import type { PlannedRoute } from '../../planning/routes.ts'
import type { MachineRecord } from '../../store/records.ts'
import { refuseTakenAddresses } from '../refuse-taken.ts'
import { prepareResize } from '../resize/begin.ts'
import { placeOf, planKnownRoutes, routesFor } from '../routes-for.ts'
import { groupsToCarry, groupsToMerge, type Party } from './routed-groups.ts'

export interface MergeWish {
  destination: MachineRecord
  sources: readonly MachineRecord[]
  request: MergeRequest
  agents: AgentSessions
}

export interface PlannedMerging {
  plan: MergePlan
  routes: PlannedRoute[]
  /** Those that clients see move. */
  addresses: AddressMove[]
}

/**
 * @throws what planMerge, refuseTakenAddresses and routesFor throw, and with `resources` what prepareResize throws
 * @throws RefusedError `MACHINE_NOT_RUNNING`
 * @throws UnavailableError `AGENT_TOO_OLD`
 */
export async function planFor(ports: Ports, wish: MergeWish): Promise<PlannedMerging> {
  const parties = await Promise.all(
    [wish.destination, ...wish.sources].map((machine) => lookAt(ports, machine, wish.agents)),
  )
  const [destination, ...sources] = parties
  if (destination === undefined) throw new RangeError('a merge has a destination')
  const plan = planMerge(destination, sources, wish.request)
  const { cpusAfter: cpus, memoryMiBAfter: memoryMiB } = plan.resources
  // Nothing may be refused any more once the sources have ended.
  if (wish.request.resources === true)
    await prepareResize(ports, {
      id: '',
      machine: wish.destination,
      request: { cpus, memoryMiB },
      agents: wish.agents,
    })
  const carried = new Set(plan.sources.flatMap(({ groups }) => groups))
  const served = parties.flatMap(({ listed }) =>
    listed.groups
      .filter(({ name, state }) => carried.has(name) && state !== 'GROUP_STATE_FOREIGN')
      .flatMap(({ serviceAddresses }) => serviceAddresses),
  )
  const owners = [wish.destination, ...wish.sources]
  await refuseTakenAddresses(ports.hypervisor, {
    machine: wish.destination,
    addresses: [...new Set(served)],
    owners,
  })
  const moves = groupsToMerge(plan, parties).map(({ group, from, to }) => ({
    group,
    from: placeOf(from),
    to: to.map(placeOf),
  }))
  const definitions = await routesFor(
    ports,
    moves.map(({ group, from, to }) => ({ group, from, homes: to.length })),
  )
  const routes = planKnownRoutes(ports.store, { definitions, moves, keepsConnections: false })
  // With user networking nobody outside sees one.
  const addresses = wish.destination.userNetwork ? [] : addressMoves(groupsToCarry(plan, sources))
  return { plan, routes, addresses }
}

async function lookAt({ hypervisor }: Ports, machine: MachineRecord, agents: AgentSessions): Promise<Party> {
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
  const [, listed] = await bothSettled(
    requireFeature(agent, { feature: mergeFeature, machine: name, instead: 'merge other machines' }),
    agent.groups(),
  )
  return { name, cpus, memoryMiB, disks: disks.map((disk) => disk.name), listed, machine }
}
