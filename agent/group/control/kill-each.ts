/** Kills all in a cgroup where the kernel can't do it by itself: Linux has cgroup.kill since 5.14. */
import type { CgroupTree } from './cgroup.ts'
import { unlessGone } from './gone.ts'

/** Far more than it takes: whoever was born during one look is found by the next, and a process that was killed forks no more. */
const mostLooks = 100

/**
 * Frozen meanwhile, so that nobody in it can fork; SIGKILL ends a frozen process. What was told to freeze before stays so.
 *
 * @param path a cgroup that is there
 */
export function killEach(
  tree: Pick<CgroupTree, 'processes' | 'freeze' | 'isToldToFreeze'>,
  path: string,
): void {
  const wasFrozen = tree.isToldToFreeze(path)
  tree.freeze(path, true)
  try {
    const signalled = new Set<number>()
    for (let look = 0; look < mostLooks; look++) {
      const met = tree.processes(path).filter((pid) => !signalled.has(pid))
      if (met.length === 0) return
      for (const pid of met) {
        unlessGone(() => process.kill(pid, 'SIGKILL'))
        signalled.add(pid)
      }
    }
  } finally {
    if (!wasFrozen) tree.freeze(path, false)
  }
}
