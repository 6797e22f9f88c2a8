/** What the steps of a merge share. The plan comes from the journal when another process goes on with them. */
import { setTimeout as delay } from 'node:timers/promises'
import { BusyError } from '../../../proto/errors.ts'
import type { TakeGroupsResponse, YieldGroupsResponse } from '../../../proto/generated/messages.ts'
import type { AgentClient } from '../../guest/agent-client.ts'
import { type AgentSessions, createAgentSessions } from '../../guest/agent-sessions.ts'
import type { Hypervisor } from '../../hypervisor/hypervisor.ts'
import { bootMachine } from '../../machine/boot.ts'
import { bootedAgent } from '../../machine/booted-agent.ts'
import type { Ports } from '../../machine/ports.ts'
import type { MergePlan, PlannedSource } from '../../planning/merge-plan.ts'
import type { PlannedRoute } from '../../planning/routes.ts'
import type { AttachedDisk, MachineRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { openRouting, type Routing } from '../routing.ts'

/** Everything that a merge will change, decided before its first step: enough to undo it in another process. */
export interface PreparedMerge {
  operation: string
  plan: MergePlan
  /** As they were before. */
  destination: MachineRecord
  /** In the order of `plan.sources`. */
  sources: MachineRecord[]
  /** In the order in which they are plugged in. */
  disks: MovingDisk[]
  freeDisks: boolean
  /** Where clients of the groups are sent. @default none of them has a route */
  routes?: PlannedRoute[]
}

export interface MovingDisk {
  /** As its source has it. */
  from: AttachedDisk
  source: string
  /** As the destination will have it. */
  to: AttachedDisk
}

/** What the steps measured and learned, for the result. */
export interface MergeFindings {
  /** When the first group was told to end; performance.now(). */
  downAt?: number
  /** When the last group had started again. */
  upAt?: number
  /** By source. */
  yielded: Map<string, YieldGroupsResponse>
  taken?: TakeGroupsResponse
  detachMs?: number
  attachMs?: number
  /** How long it took until the guest had the processors and the memory. */
  resourcesMs?: number
  /** Why it did not get them. */
  resourcesFailure?: string
  /** Sources that could not be deleted, and why. */
  left: { machine: string; reason: string }[]
}

export interface MergeContext {
  prepared: PreparedMerge
  store: Store
  hypervisor: Hypervisor
  ports: Ports
  agents: AgentSessions
  routing: Routing
  findings: MergeFindings
}

/** A guest may be busy with what it ends. */
const agentMs = 60_000

export function mergeAgents({ hypervisor }: Pick<Ports, 'hypervisor'>): AgentSessions {
  return createAgentSessions({ hypervisor, timeoutMs: agentMs })
}

export function mergeContext(ports: Ports, prepared: PreparedMerge, agents: AgentSessions): MergeContext {
  const { store, hypervisor } = ports
  const { operation, routes: planned = [] } = prepared
  const routing = openRouting(ports, { operation, planned })
  const findings: MergeFindings = { yielded: new Map(), left: [] }
  return { prepared, store, hypervisor, ports, agents, routing, findings }
}

/** Every source with its plan. */
export function sourcesOf({
  plan,
  sources,
}: PreparedMerge): { machine: MachineRecord; planned: PlannedSource }[] {
  return sources.flatMap((machine, index) => {
    const planned = plan.sources[index]
    return planned === undefined ? [] : [{ machine, planned }]
  })
}

/** The groups that come to the destination. */
export function carriedGroups({ plan }: PreparedMerge): string[] {
  return plan.sources.flatMap(({ groups }) => groups)
}

/**
 * The agent of a machine, for what is taken back. A machine that was lost meanwhile is booted: its disk says of groups that they are
 * its own, or that they are not, and that is to be set right before anybody else boots it.
 */
export async function agentOf({ ports, store, agents }: MergeContext, name: string): Promise<AgentClient> {
  const { hypervisor } = ports
  const machine = store.machines.get(name)
  if ((await hypervisor.status(machine)) !== 'absent') return await agents.of(machine)
  await agents.end(machine)
  return await bootedAgent({ hypervisor, agents, machine: await bootMachine(ports, name) })
}

// What a guest does for its groups after a boot: it looks for their disks and starts them.
const longestBusyMs = 120_000
const pauseMs = 1000

/**
 * Asks until the guest is done with what else it does with the same groups.
 *
 * @throws BusyError `BUSY` when it still is after two minutes
 */
export async function onceFree<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const deadline = performance.now() + longestBusyMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof BusyError) || performance.now() > deadline) throw error
    }
    await delay(pauseMs)
  }
}
