/** What the steps of a resize share. The plan comes from the journal when another process takes them back. */
import { type AgentSessions, createAgentSessions } from '../../guest/agent-sessions.ts'
import type { Hypervisor } from '../../hypervisor/hypervisor.ts'
import type { Ports } from '../../machine/ports.ts'
import type { ResizePlan } from '../../planning/resources.ts'
import type { MachineRecord, PluggedMemory, PluggedResources } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'

/** All that was decided before the first step. */
export interface PreparedResize {
  operation: string
  /** As it was before. */
  machine: MachineRecord
  plan: ResizePlan
  /** What the guest used before; undefined for a machine that does not run. */
  guest?: { processors: number; memoryBytes: number }
  /** What is plugged in when all of it is there. */
  plugged: PluggedResources
}

export interface ResizeFindings {
  plugMs: number
  guestMs: number
  unplugMs: number
  /** Memory that was plugged in and that the guest goes on using. */
  kept?: PluggedMemory[]
}

export interface ResizeContext {
  prepared: PreparedResize
  store: Store
  hypervisor: Hypervisor
  agents: AgentSessions
  findings: ResizeFindings
}

const agentMs = 30_000

export function resizeAgents({ hypervisor }: Pick<Ports, 'hypervisor'>): AgentSessions {
  return createAgentSessions({ hypervisor, timeoutMs: agentMs })
}

export function resizeContext(
  { store, hypervisor }: Ports,
  prepared: PreparedResize,
  agents: AgentSessions,
): ResizeContext {
  return { prepared, store, hypervisor, agents, findings: { plugMs: 0, guestMs: 0, unplugMs: 0 } }
}
