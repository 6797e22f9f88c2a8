/** Freezes every workload group of the guest. */
import { FailedError } from '../../proto/errors.ts'
import type { CgroupTree } from '../group/control/cgroup.ts'
import { freezeAll } from '../group/control/freezing.ts'
import { type Gathered, gather } from '../group/control/gather.ts'
import type { SurveyGuest } from '../group/control/types.ts'
import { createWatch, type Watch } from './outsiders.ts'
import { checkPlan } from './plan.ts'
import { describeGroups } from './quiesced-groups.ts'
import type { QuiescedGroup } from './state-schema.ts'

export interface QuiesceOptions {
  tree: CgroupTree
  survey: SurveyGuest
  groups: readonly string[]
  /** What a former attempt at the same operation had begun to freeze. */
  former: readonly QuiescedGroup[]
  /** Called before the first process stops, and again when more is to be frozen: a crash must not hide what is. */
  remember: (groups: QuiescedGroup[]) => void
}

export interface Quiesced {
  /** Finds workload processes that started since. */
  watch: Watch
  groups: QuiescedGroup[]
  /** From the first freeze until all was verified. */
  milliseconds: number
}

// One is enough unless processes start in that very moment.
const mostLooks = 20

/**
 * Freezes all groups at once and verifies that no workload process runs outside. When it throws, what it froze was
 * thawed.
 *
 * @throws RefusedError `GUEST_CHANGED`, `PROTECTED`
 * @throws FailedError `NOT_GATHERED`, `NOT_FROZEN`
 */
export async function quiesceGroups(options: QuiesceOptions): Promise<Quiesced> {
  const { tree, groups, remember } = options
  const frozenBefore = new Map(
    options.former.flatMap(({ cgroups }) => cgroups.map(({ path, wasFrozen }) => [path, wasFrozen] as const)),
  )
  const note = (path: string) => {
    if (!frozenBefore.has(path)) frozenBefore.set(path, tree.isToldToFreeze(path))
  }
  const survey = async () => {
    const guest = await options.survey()
    checkPlan(guest, groups)
    return guest
  }
  const describe = ({ survey: guest, cgroups }: Gathered, processesIn = tree.processes) => {
    const all = describeGroups({ processesIn, survey: guest, cgroups, frozenBefore })
    remember(all)
    return all
  }

  let gathered = await gather({ tree, survey, groups, onTarget: note })
  const watch = createWatch(gathered.survey.processes)
  cgroupsOf(gathered).forEach(note)
  describe(gathered)
  const begin = performance.now()
  try {
    for (let look = 0; look < mostLooks; look++) {
      await freezeAll(tree, cgroupsOf(gathered))
      const inside = new Map(cgroupsOf(gathered).map((path) => [path, tree.processes(path)]))
      if (watch.outsiders(() => [...inside.values()].flat()).length === 0) {
        const milliseconds = performance.now() - begin
        const frozen = describe(gathered, (path) => inside.get(path) ?? [])
        return { groups: frozen, watch, milliseconds }
      }
      gathered = await gather({
        tree,
        survey,
        groups,
        onTarget(path) {
          note(path)
          tree.freeze(path, true)
        },
      })
      watch.learn(gathered.survey.processes)
      cgroupsOf(gathered).forEach(note)
      describe(gathered)
    }
    throw new FailedError({
      code: 'NOT_FROZEN',
      message: `new workload processes came up outside of the frozen groups in each of ${mostLooks} looks`,
      remedy: 'Look for a service that starts processes all the time, then try again.',
    })
  } catch (error) {
    for (const [path, wasFrozen] of frozenBefore) if (!wasFrozen) tree.freeze(path, false)
    throw error
  }
}

function cgroupsOf({ cgroups }: Gathered): string[] {
  return [...cgroups.values()].flat()
}
