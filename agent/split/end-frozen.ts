/** Ends groups while they are frozen, so that not one instruction of theirs runs. */
import { readFileSync } from 'node:fs'
import type { CgroupTree } from '../group/control/cgroup.ts'
import { unlessGone } from '../group/control/gone.ts'
import { waitUntil } from '../group/control/wait.ts'

const boundMilliseconds = 5000
// PF_EXITING of linux/sched.h, in field 9 of /proc/PID/stat.
const exitingFlag = 0x4

/**
 * Kills everything in the cgroups, and again what systemd puts there afterwards (ExecStopPost= and the like: it is
 * frozen from its first instruction on, as its cgroup is).
 *
 * @returns pids that did not end within 5 s
 */
export async function endFrozen(tree: CgroupTree, cgroups: readonly string[]): Promise<number[]> {
  let left: number[] = []
  await waitUntil(() => {
    const populated = cgroups.filter((path) => tree.events(path)?.populated === true)
    for (const path of populated) tree.kill(path)
    left = populated.flatMap((path) => living(tree, path))
    return left.length === 0
  }, boundMilliseconds)
  return left
}

function living(tree: CgroupTree, path: string): number[] {
  return tree.processes(path).filter((pid) => !isExiting(pid))
}

/** It runs no more, though the kernel may still be at freeing its memory, which for gigabytes takes long. */
function isExiting(pid: number): boolean {
  const text = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  if (text === undefined) return true
  const flags = Number(text.slice(text.lastIndexOf(')') + 2).split(' ', 7)[6])
  return (flags & exitingFlag) !== 0
}
