/** Which processes must never be stopped: what a guest needs to live, and to be reached. Pure. */
import { RefusedError } from '../../../proto/errors.ts'
import type { Process } from '../../../proto/generated/messages.ts'

const kernelThreadDaemon = 2

/** The pids of a process and of everything that it descends from. */
export function lineage(pid: number, processes: readonly Process[]): Set<number> {
  const parents = new Map(processes.map((process) => [process.id?.pid ?? 0, process.parentPid]))
  const seen = new Set<number>()
  for (let current = pid; current > 0 && !seen.has(current); current = parents.get(current) ?? 0) {
    seen.add(current)
  }
  return seen
}

/** @param agents the pids of the agent and of all that it descends from */
export function isProtected(process: Process, agents: ReadonlySet<number>): boolean {
  const pid = process.id?.pid ?? 0
  const isKernel = pid === kernelThreadDaemon || process.parentPid === kernelThreadDaemon
  return pid <= 1 || isKernel || process.replicated || agents.has(pid)
}

/**
 * Throws a `RefusedError` (`PROTECTED`) when a process of the group is init, a kernel thread, infrastructure, the
 * agent or an ancestor of it.
 *
 * @param agentPid the agent's own
 */
export function checkUnprotected(
  group: string,
  members: readonly Process[],
  everybody: readonly Process[],
  agentPid: number,
): void {
  const agents = lineage(agentPid, everybody)
  for (const process of members) {
    if (!isProtected(process, agents)) continue
    throw new RefusedError({
      code: 'PROTECTED',
      message: `group ${group} holds ${process.name} (pid ${process.id?.pid}), which the guest or its agent cannot do without`,
      remedy: 'Correct the declaration of the group, so that it matches only processes of the workload.',
    })
  }
}
