/** Who may run while every group is frozen. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Process } from '../../proto/generated/messages.ts'
import { unlessGone } from '../group/control/gone.ts'
import { readProcessStatus } from '../group/control/process-status.ts'

export interface KnownProcesses {
  /**
   * The pids of infrastructure and of the kernel. A pid alone is enough for as long as a split takes: it comes again
   * only after every other one was given out, which are 32,768 at least.
   */
  processes: number[]
  /** Cgroups that hold nothing but infrastructure: a process that starts there is taken for that. */
  infrastructure: string[]
}

/** @param surveyed all processes but the kernel's, as a survey just found them */
export function knownProcesses(surveyed: readonly Process[]): KnownProcesses {
  const replicated = surveyed.flatMap(({ id, replicated }) => (replicated && id !== null ? [id.pid] : []))
  const others = new Set(surveyed.map(({ id }) => id?.pid ?? 0))
  const infrastructure = infrastructureCgroups(surveyed)
  const since = readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && !others.has(pid))
    .filter((pid) => readProcessStatus(pid)?.isKernelThread === true || infrastructure.has(cgroupOf(pid)))
  return { processes: [...replicated, ...since], infrastructure: [...infrastructure] }
}

/** The root is none of them: without systemd, all is there. */
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
