/** Looks for workload processes outside of what is frozen, much faster than a survey. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Process } from '../../proto/generated/messages.ts'
import { unlessGone } from '../group/control/gone.ts'
import { readProcessStatus } from '../group/control/process-status.ts'
import { hasEnded } from '../process/stat.ts'

export interface Watch {
  /**
   * The pids of processes outside of what is frozen that are not known as infrastructure or the kernel's. A process that
   * started in a cgroup of infrastructure is taken for that.
   *
   * @param inside lists the processes in frozen cgroups; not asked when there is no process that is not known yet
   */
  outsiders(inside: () => readonly number[]): number[]
  /** Takes in the infrastructure of a new survey. */
  learn(processes: readonly Process[]): void
  /** The pids that are known, and the cgroups of infrastructure. */
  known(): { processes: number[]; cgroups: string[] }
}

/**
 * Knows processes by pid alone. That is sound for as long as a split takes: a pid comes again only after every other
 * one was given out, which are 32,768 at least.
 *
 * @param processes of a survey that was just taken
 */
export function createWatch(processes: readonly Process[]): Watch {
  const known = new Set<number>()
  let infrastructure = new Set<string>()

  const learn = (surveyed: readonly Process[]) => {
    for (const { id, replicated } of surveyed) if (replicated && id !== null) known.add(id.pid)
    infrastructure = infrastructureCgroups(surveyed)
  }
  const isOutsider = (pid: number) => {
    const status = readProcessStatus(pid)
    if (status === undefined || hasEnded(status)) return false
    if (!status.isKernelThread && !infrastructure.has(cgroupOf(pid))) return true
    known.add(pid)
    return false
  }
  const outsiders = (inside: () => readonly number[]) => {
    const unknown = readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && !known.has(pid))
    if (unknown.length === 0) return []
    const frozen = new Set(inside())
    const found = unknown.filter((pid) => !frozen.has(pid) && isOutsider(pid))
    if (found.length === 0) for (const pid of frozen) known.add(pid)
    return found
  }
  learn(processes)
  // Meets the kernel's threads once, while nobody waits.
  outsiders(() => [])
  return { outsiders, learn, known: () => ({ processes: [...known], cgroups: [...infrastructure] }) }
}

/** Those that hold nothing else. The root is none of them: without systemd, all is there. */
function infrastructureCgroups(processes: readonly Process[]): Set<string> {
  const mixed = new Set(processes.filter(({ replicated }) => !replicated).map(({ cgroup }) => cgroup))
  const all = processes.map(({ cgroup }) => cgroup)
  return new Set(all.filter((cgroup) => cgroup !== '/' && !mixed.has(cgroup)))
}

function cgroupOf(pid: number): string {
  const text = unlessGone(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? ''
  const line = text.split('\n').find((one) => one.startsWith('0::')) ?? ''
  return line.slice('0::'.length)
}
