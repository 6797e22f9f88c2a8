/** Freezes whole groups, and sees to it that nobody of them is left out. */
import { FailedError } from '../../../proto/errors.ts'
import type { CgroupTree } from './cgroup.ts'
import { freezeAll } from './freezing.ts'
import { type Gathered, gather } from './gather.ts'
import type { SurveyGuest } from './types.ts'

// Two are enough unless new processes come from outside of the group meanwhile.
const mostPasses = 20

export interface FreezeOptions {
  tree: CgroupTree
  survey: SurveyGuest
  groups: readonly string[]
  /**
   * How long the kernel may take.
   *
   * @default 5000
   */
  boundMilliseconds?: number
}

/**
 * Freezes until a survey finds every process of the groups in a frozen cgroup. When it throws, what it froze was
 * thawed.
 *
 * @throws RefusedError `PROTECTED`
 * @throws FailedError `NOT_GATHERED`, `NOT_FROZEN`
 */
export async function freezeGroups(options: FreezeOptions): Promise<Gathered> {
  const { tree, survey, groups, boundMilliseconds } = options
  const frozenHere = new Set<string>()
  const note = (path: string) => {
    if (!tree.isToldToFreeze(path)) frozenHere.add(path)
  }
  try {
    for (let pass = 0; pass < mostPasses; pass++) {
      const gathered = await gather({
        tree,
        survey,
        groups,
        // Who arrives stops at once, so that a process which forks without end does so no more.
        onTarget(path) {
          note(path)
          tree.freeze(path, true)
        },
      })
      const cgroups = [...gathered.cgroups.values()].flat()
      if (cgroups.every((path) => isFrozen(tree, path))) return gathered
      cgroups.forEach(note)
      await freezeAll(tree, cgroups, boundMilliseconds)
    }
    throw new FailedError({
      code: 'NOT_FROZEN',
      message: `group ${groups.join(', ')} did not stay frozen in ${mostPasses} looks; all was thawed again`,
      remedy: 'Look for something else in the guest that thaws or moves its processes, then try again.',
    })
  } catch (error) {
    for (const path of frozenHere) tree.freeze(path, false)
    throw error
  }
}

function isFrozen(tree: CgroupTree, path: string): boolean {
  return tree.events(path)?.frozen ?? true
}
