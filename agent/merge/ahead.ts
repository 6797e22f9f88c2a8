/** The agent ahead of all else that the guest runs, for as long as groups are down. */
import { constants, getPriority, setPriority } from 'node:os'

const notAllowed = new Set<unknown>(['EACCES', 'EPERM'])

/**
 * Does the work at a high priority, where the agent may have it. Programs that it starts meanwhile have it, too; units do not, for
 * systemd starts those. May not be called again before it has ended.
 */
export async function ahead<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = getPriority()
  const isAhead = tryPriority(constants.priority.PRIORITY_HIGH)
  try {
    return await work()
  } finally {
    if (isAhead) setPriority(before)
  }
}

/** Of the thread that runs all JavaScript. */
function tryPriority(priority: number): boolean {
  try {
    setPriority(priority)
    return true
  } catch (error) {
    if (notAllowed.has((error as { info?: { code?: unknown } }).info?.code)) return false
    throw error
  }
}
