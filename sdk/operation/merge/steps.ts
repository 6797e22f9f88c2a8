/** The steps of a merge, in order (docs/merge.md). */
import type { Step } from '../steps.ts'
import { commit } from './commit.ts'
import type { MergeContext } from './context.ts'
import { endSources } from './end-sources.ts'
import { moveDisks } from './move-disks.ts'
import { resources } from './resources.ts'
import { take } from './take.ts'
import { yieldStep } from './yield.ts'

export const mergeSteps: readonly Step<MergeContext>[] = [
  yieldStep,
  moveDisks,
  take,
  commit,
  endSources,
  resources,
]
