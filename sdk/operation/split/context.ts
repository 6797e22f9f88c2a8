/** What the steps of a split share. The plan comes from the journal when another process goes on with them. */
import type { IdentityItem, InheritResponse, SettleResponse } from '../../../proto/generated/messages.ts'
import { type AdopterSessions, createAdopterSessions } from '../../guest/adopter-sessions.ts'
import { type AgentSessions, createAgentSessions } from '../../guest/agent-sessions.ts'
import type { Fork, PauseTimings, Suspension, TwinTimings } from '../../hypervisor/handover.ts'
import type { Hypervisor } from '../../hypervisor/hypervisor.ts'
import type { Ports } from '../../machine/ports.ts'
import type { PlannedRoute } from '../../planning/routes.ts'
import type { SplitPlan } from '../../planning/split-plan.ts'
import type { HookRecord, MachineRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { openRouting, type Routing } from '../routing.ts'

/** Everything that a split will make, decided before its first step: enough to undo it in another process. */
export interface PreparedSplit {
  operation: string
  plan: SplitPlan
  /** As it is when it is forked. */
  parent: MachineRecord
  /** The parent as it was before it went over to a process that can be forked; undefined when it is in one. */
  before?: MachineRecord
  /** In the order of `plan.children`. */
  children: MachineRecord[]
  /** Where clients of the groups are sent. @default none of them has a route */
  routes?: PlannedRoute[]
}

/** What the steps measured and learned, for the result. */
export interface SplitFindings {
  twin?: TwinTimings
  pause?: PauseTimings
  /** When the first group was frozen; performance.now(). */
  quiescedAt?: number
  /** When a parent whose children boot was told to power off. */
  stoppedAt?: number
  /** How long it took to make the disks of children that boot. */
  disksMs?: number
  /** When the last group had thawed, or was started. */
  resumedAt?: number
  /** Whether the guest's agent tells others of a split at all; unknown to another process that goes on with it. */
  tells?: boolean
  /** Who was asked before anything was frozen. */
  asked?: HookRecord[]
  /** The groups of which somebody in the guest wants to be told after the split. */
  groupsToTell?: string[]
  /** Who was told afterwards, by name of the child, as all below. */
  told: Map<string, HookRecord[]>
  settled: Map<string, SettleResponse>
  established: Map<string, IdentityItem[]>
  inherited: Map<string, InheritResponse>
}

export interface SplitContext {
  prepared: PreparedSplit
  store: Store
  hypervisor: Hypervisor
  agents: AgentSessions
  adopters: AdopterSessions
  routing: Routing
  findings: SplitFindings
  /** From the time when all is ready for the pause until it is over. */
  fork?: Fork | undefined
  /** The same, of a split by a state file. */
  suspension?: Suspension | undefined
}

/** Where processors are emulated, a child of a busy parent takes seconds to answer. */
const agentMs = 120_000

export function splitAgents({ hypervisor }: Pick<Ports, 'hypervisor'>): AgentSessions {
  return createAgentSessions({ hypervisor, timeoutMs: agentMs })
}

export function splitContext(ports: Ports, prepared: PreparedSplit, agents: AgentSessions): SplitContext {
  const { store, hypervisor } = ports
  const { operation, routes: planned = [] } = prepared
  return {
    prepared,
    store,
    hypervisor,
    agents,
    adopters: createAdopterSessions(hypervisor),
    routing: openRouting(ports, { operation, planned }),
    findings: { told: new Map(), settled: new Map(), established: new Map(), inherited: new Map() },
  }
}
