/** Looks for processes outside of what is frozen, much faster than a survey. */
import { readdirSync } from 'node:fs'
import type { Process } from '../../proto/generated/messages.ts'
import type { CgroupTree } from '../group/control/cgroup.ts'
import { readProcessStatus } from '../group/control/process-status.ts'
import { hasEnded } from '../process/stat.ts'

export interface Watch {
  /** The pids of processes that run outside of the cgroups, and that are neither infrastructure nor the kernel's. */
  outsiders(cgroups: readonly string[]): number[]
  /** Adds the infrastructure of a new survey. */
  learn(processes: readonly Process[]): void
}

/**
 * Knows processes by pid alone. That is sound for as long as a quiesce takes: a pid comes again only after every other
 * one was given out, which are 32,768 at least.
 *
 * @param processes of a survey that was just taken
 */
export function createWatch(tree: CgroupTree, processes: readonly Process[]): Watch {
  const known = new Set<number>()
  const learn = (surveyed: readonly Process[]) => {
    for (const { id, replicated } of surveyed) if (replicated && id !== null) known.add(id.pid)
  }
  const isOutsider = (pid: number) => {
    const status = readProcessStatus(pid)
    if (status === undefined || hasEnded(status)) return false
    if (status.isKernelThread) known.add(pid)
    return !status.isKernelThread
  }
  const outsiders = (cgroups: readonly string[]) => {
    const inside = new Set(cgroups.flatMap((path) => tree.processes(path)))
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && !known.has(pid) && !inside.has(pid) && isOutsider(pid))
  }
  learn(processes)
  // Meets the kernel's threads once, while nobody waits.
  outsiders([])
  return { outsiders, learn }
}
