/** Plans a split of a guest as it is now. */
import { UnavailableError } from '../../../proto/errors.ts'
import { bothSettled } from '../../all-settled.ts'
import type { AgentClient } from '../../guest/agent-client.ts'
import type { AgentSessions } from '../../guest/agent-sessions.ts'
import { agentGrouping } from '../../guest/grouping.ts'
import type { Ports } from '../../machine/ports.ts'
import type { SplitRequest } from '../../planning/assignment.ts'
import { withNetworkStorage } from '../../planning/choose-way.ts'
import { groupingOf } from '../../planning/grouping.ts'
import { type AddressMove, addressMoves } from '../../planning/leading.ts'
import { planSplit, type SplitPlan } from '../../planning/split-plan.ts'
import { toWorkload } from '../../planning/workload.ts'
import type { RouteDefinition } from '../../routes/definition.ts'
import type { MachineRecord } from '../../store/records.ts'
import { refuseTakenAddresses } from '../refuse-taken.ts'
import { placeOf, routesFor } from '../routes-for.ts'
import { type GroupToPart, groupsToPart } from './routed-groups.ts'

export interface Planned {
  plan: SplitPlan
  /** Addresses of groups, with prefix length: no child may get one as its own. */
  serviceAddresses: string[]
  /** Routes that lead to one of {@link parting}. */
  routes: RouteDefinition[]
  /** Of what runs. */
  parting: GroupToPart[]
  /** Those that clients see move. */
  addresses: AddressMove[]
}

export interface SplitWish {
  parent: MachineRecord
  request: SplitRequest
  agents: AgentSessions
}

/**
 * @throws what planSplit throws
 * @throws UnavailableError `AGENT_TOO_OLD` when the agent can't do what is asked for; `NO_MEMORY`, `NO_SPACE` when a
 *   split by suspend finds no room
 * @throws what {@link refuseTakenAddresses} and {@link routesFor} throw
 */
export async function planFor(ports: Ports, wish: SplitWish): Promise<Planned> {
  const { hypervisor } = ports
  const { parent, request, agents } = wish
  const agent = await agents.of(parent)
  const grouping = groupingOf(request)
  if (grouping === 'user') await checkSplitsByUser(parent.name, agent)
  const listed = await agent.groups({ grouping: agentGrouping(grouping) })
  const obstacles = withNetworkStorage(await hypervisor.obstacles(parent), listed.networkStorage)
  const { groups: declared } = grouping === 'coupling' ? listed : await agent.groups()
  const attached = { attached: (parent.disks ?? []).map(({ name }) => name), declared, groups: listed.groups }
  const plan = planSplit({ ...parent, obstacles, attached }, toWorkload(listed), request)
  if (plan.way === 'suspend') await hypervisor.checkRoomToSuspend(parent, plan.children.length)
  const own = groupsToPart({ declared, listed: listed.groups, children: plan.children })
  const parting = own.filter(({ runs }) => runs)
  const served = own.flatMap(({ group }) => group.serviceAddresses)
  const from = placeOf(parent)
  const moving = parting.map(({ group, children }) => ({ group, from, homes: children.length }))
  // Side by side: a plan is waited for.
  const free = refuseTakenAddresses(hypervisor, { machine: parent, addresses: served, owners: [parent] })
  const [routes] = await bothSettled(routesFor(ports, moving), free)
  // Also those of groups that another machine has since an earlier split, which no user has here.
  const serviceAddresses = declared.flatMap((group) => group.serviceAddresses)
  // With user networking nobody outside sees one.
  const addresses = parent.userNetwork
    ? []
    : addressMoves(own.map(({ group, children: to }) => ({ group, from: parent.name, to })))
  return { plan, serviceAddresses, routes, parting, addresses }
}

async function checkSplitsByUser(machine: string, agent: AgentClient): Promise<void> {
  const { features, agentVersion } = await agent.info()
  if (features.includes('split-by-user')) return
  throw new UnavailableError({
    code: 'AGENT_TOO_OLD',
    message: `the agent of ${machine} (${agentVersion}) can't split by user`,
    remedy: `Install the cleave-agent of this release in ${machine}, or split it by coupling.`,
  })
}
