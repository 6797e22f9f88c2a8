/** One thing that makes a machine itself, and how it is made anew. */
import type { MachineIdentity } from '../../../proto/generated/messages.ts'
import type { InterfaceAim, InterfaceState } from '../../address/changes.ts'
import type { Action } from '../../adopter/plan.ts'

export interface Outcome {
  done: boolean
  /** What happened, or why it was not done. */
  detail: string
}

/** A thing that is made anew before any workload of this machine runs, by the adopter. */
export interface QuickItem {
  /** Stable: callers know items by it. */
  name: string
  /** Finds out what can be known before the identity is, and changes nothing. What it throws counts as not done. */
  look(view: View): PlanItem
}

/** How it is made anew, in the fewest steps. Changes nothing, and may be called for several identities. */
export type PlanItem = (aim: IdentityAim) => Outcome & { actions: Action[] }

export interface View {
  /** The folder that /etc, /var, /dev, /proc, /sys and /run are below. */
  root: string
  /** The interface as it is now; undefined when the guest has none. */
  state: InterfaceState | undefined
}

export interface IdentityAim {
  /** Checked, and with a machine id. */
  identity: MachineIdentity
  addresses: InterfaceAim
}

/** A thing that takes long or that nobody asks for at once, and is made anew while the workload runs. */
export interface SlowItem {
  name: string
  apply(context: SlowContext): Promise<Outcome> | Outcome
}

export interface SlowContext {
  root: string
  hostname: string
  /** The entropy that came with the identity; empty when the agent was started anew since. */
  secret: Uint8Array
}

export const done = (detail: string): Outcome => ({ done: true, detail })
export const notDone = (detail: string): Outcome => ({ done: false, detail })
