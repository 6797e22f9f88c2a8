/** One thing that makes a machine itself, and how it is made anew. */
import type { MachineIdentity } from '../../../proto/generated/messages.ts'
import type { AddressWork } from '../address-work.ts'
import type { SystemCalls } from '../system-calls.ts'

export interface Outcome {
  done: boolean
  /** What happened, or why it was not done. */
  detail: string
}

/** A thing that is made anew before any workload of this machine runs. */
export interface QuickItem {
  /** Stable: callers know items by it. */
  name: string
  /**
   * Finds out, while there is time, what can be known before the identity is, and changes nothing of it.
   *
   * @param root the folder that /etc, /var, /dev, /proc, /sys and /run are below
   * @returns makes it anew, in the fewest steps. What it throws counts as not done, with its message as the detail
   */
  prepare(root: string): (context: QuickContext) => Promise<Outcome> | Outcome
}

export interface QuickContext {
  /** Checked, and with a machine id. */
  identity: MachineIdentity
  /** When `identity.wallClockMicroseconds` was right; performance.now(). */
  receivedAt: number
  calls: SystemCalls
  addresses: AddressWork
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
