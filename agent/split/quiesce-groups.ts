/** Freezes every workload group of the guest. */
import { FailedError } from '../../proto/errors.ts'
import type { CgroupTree } from '../group/control/cgroup.ts'
import { freezeAll } from '../group/control/freezing.ts'
import { gather } from '../group/control/gather.ts'
import type { GuestSurvey, SurveyGuest } from '../group/control/types.ts'
import { createHolds } from './holds.ts'
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
  /** Awaited before the first process stops: what can be done by then is no silence. */
  beforeFreeze: (groups: QuiescedGroup[]) => Promise<void>
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
  const holds = createHolds(tree, options.former)
  const survey = async () => {
    const guest = await options.survey()
    checkPlan(guest, groups)
    return guest
  }
  const describe = (guest: GuestSurvey, processesIn = tree.processes) => {
    const all = describeGroups({ survey: guest, groups, holdsOf: holds.of, processesIn })
    remember(all)
    return all
  }

  try {
    let { survey: guest, cgroups } = await gather({ tree, survey, groups, onTarget: holds.add })
    const watch = createWatch(guest.processes)
    holds.addAll(cgroups)
    await options.beforeFreeze(describe(guest))
    const begin = performance.now()
    for (let look = 0; look < mostLooks; look++) {
      await freezeAll(tree, holds.paths())
      const inside = new Map(holds.paths().map((path) => [path, tree.processes(path)]))
      if (watch.outsiders(() => [...inside.values()].flat()).length === 0) {
        const milliseconds = performance.now() - begin
        return { groups: describe(guest, (path) => inside.get(path) ?? []), watch, milliseconds }
      }
      const onTarget = (path: string, group: string) => {
        holds.add(path, group)
        tree.freeze(path, true)
      }
      ;({ survey: guest, cgroups } = await gather({ tree, survey, groups, onTarget }))
      watch.learn(guest.processes)
      holds.addAll(cgroups)
      describe(guest)
    }
    throw new FailedError({
      code: 'NOT_FROZEN',
      message: `new workload processes came up outside of the frozen groups in each of ${mostLooks} looks`,
      remedy: 'Look for a service that starts processes all the time, then try again.',
    })
  } catch (error) {
    holds.release()
    throw error
  }
}
