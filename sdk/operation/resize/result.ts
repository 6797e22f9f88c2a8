/** What a resize tells its caller when it is done. */
import type { ResizeContext } from './context.ts'

export interface ResizeResult {
  operation: string
  machine: string
  /** Whether it ran meanwhile; else it has them from its next start. */
  running: boolean
  before: { cpus: number; memoryMiB: number }
  after: { cpus: number; memoryMiB: number }
  /** Until what was missing was plugged in. */
  plugMs: number
  /** Until the guest used it, or had stopped using what it gave back. */
  guestMs: number
  /** Until what the guest gave back was taken out. */
  unplugMs: number
  /** From the call until all was done. */
  totalMs: number
}

/** @param begunAt when the call began; performance.now() */
export function resizeResult({ prepared, findings }: ResizeContext, begunAt: number): ResizeResult {
  const { operation, machine, plan, guest } = prepared
  const { plugMs, guestMs, unplugMs } = findings
  return {
    operation,
    machine: machine.name,
    running: guest !== undefined,
    before: { cpus: machine.cpus, memoryMiB: machine.memoryMiB },
    after: { cpus: plan.cpus, memoryMiB: plan.memoryMiB },
    ...{ plugMs, guestMs, unplugMs },
    totalMs: performance.now() - begunAt,
  }
}
