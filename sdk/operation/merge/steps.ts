/** The steps of a merge, in order (docs/merge.md). */
import { finishRoutes, holdRoutes, leadRoutes, putRoutes, withRoutes } from '../route-steps.ts'
import type { Step } from '../steps.ts'
import { commit } from './commit.ts'
import type { MergeContext, PreparedMerge } from './context.ts'
import { endSources } from './end-sources.ts'
import { moveDisks } from './move-disks.ts'
import { resources } from './resources.ts'
import { take } from './take.ts'
import { yieldStep } from './yield.ts'

const steps: readonly Step<MergeContext>[] = [
  putRoutes,
  holdRoutes,
  yieldStep,
  moveDisks,
  take,
  commit,
  leadRoutes,
  endSources,
  resources,
  finishRoutes,
]

/** The journal counts them: what was prepared decides which there are, also when another process goes on with them. */
export function mergeSteps({ routes }: Pick<PreparedMerge, 'routes'>): readonly Step<MergeContext>[] {
  return withRoutes(steps, routes)
}
