/** What the steps of a split share. The plan comes from the journal when another process goes on with them. */
import type { SettleResponse } from '../../../proto/generated/messages.ts'
import type { AdopterSessions } from '../../guest/adopter-sessions.ts'
import type { AgentSessions } from '../../guest/agent-sessions.ts'
import type { Fork, ForkTimings, Hypervisor, TwinTimings } from '../../hypervisor/hypervisor.ts'
import type { SplitPlan } from '../../planning/split-plan.ts'
import type { HookRecord, MachineRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'

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
}

/** What the steps measured and learned, for the result. */
export interface SplitFindings {
  twin?: TwinTimings
  fork?: ForkTimings
  /** When the first group was frozen; performance.now(). */
  quiescedAt?: number
  /** When the last group had thawed. */
  resumedAt?: number
  /** Whether the guest's agent tells others of a split at all; unknown to another process that goes on with it. */
  tells?: boolean
  /** Who was asked before anything was frozen. */
  asked?: HookRecord[]
  /** The groups of which somebody in the guest wants to be told after the split. */
  groupsToTell?: string[]
  /** Who was told afterwards, by name of the child. */
  told: Map<string, HookRecord[]>
  /** By name of the child. */
  settled: Map<string, SettleResponse>
}

export interface SplitContext {
  prepared: PreparedSplit
  store: Store
  hypervisor: Hypervisor
  agents: AgentSessions
  adopters: AdopterSessions
  findings: SplitFindings
  /** From the time when all is ready for the pause until it is over. */
  fork?: Fork | undefined
}
