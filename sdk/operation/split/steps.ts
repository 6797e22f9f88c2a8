/** The steps of a split, in order (docs/split.md). */
import type { SplitPlan } from '../../planning/split-plan.ts'
import { isStateful, type Way } from '../../planning/way.ts'
import { finishRoutes, holdRoutes, leadRoutes, putRoutes, withRoutes } from '../route-steps.ts'
import type { Step } from '../steps.ts'
import { adopt } from './adopt.ts'
import { ask } from './ask.ts'
import { commit } from './commit.ts'
import type { PreparedSplit, SplitContext } from './context.ts'
import { fork } from './fork.ts'
import { prepare } from './prepare.ts'
import { plugDisks, settleDisks } from './process-disks.ts'
import { quiesce } from './quiesce.ts'
import { release } from './release.ts'
import { resume } from './resume.ts'
import { settle } from './settle.ts'
import { bequeath } from './stateless/bequeath.ts'
import { bootChildren } from './stateless/boot-children.ts'
import { inherit } from './stateless/inherit.ts'
import { makeDisks } from './stateless/make-disks.ts'
import { room } from './stateless/room.ts'
import { stopParent } from './stateless/stop-parent.ts'
import { prepareSuspension } from './suspend/prepare.ts'
import { restore } from './suspend/restore.ts'
import { suspend } from './suspend/suspend.ts'
import { twin } from './twin.ts'

const forkSteps: readonly Step<SplitContext>[] = [
  prepare,
  ask,
  putRoutes,
  quiesce,
  fork,
  adopt,
  commit,
  resume,
  leadRoutes,
  settle,
  release,
  settleDisks,
  finishRoutes,
]

const statelessSteps: readonly Step<SplitContext>[] = [
  room,
  ask,
  bequeath,
  putRoutes,
  holdRoutes,
  stopParent,
  makeDisks,
  bootChildren,
  commit,
  plugDisks,
  inherit,
  leadRoutes,
  finishRoutes,
]

const suspendSteps: readonly Step<SplitContext>[] = [
  prepareSuspension,
  ask,
  putRoutes,
  quiesce,
  suspend,
  restore,
  adopt,
  commit,
  resume,
  leadRoutes,
  settle,
  release,
  settleDisks,
  finishRoutes,
]

/** What decides it. */
export type StepChoice = Pick<PreparedSplit, 'before' | 'routes'> & { plan: Pick<SplitPlan, 'way'> }

/** The journal counts them: what was prepared decides which there are, also when another process goes on with them. */
export function splitSteps({ before, plan, routes }: StepChoice): readonly Step<SplitContext>[] {
  return withRoutes(stepsOf(plan.way, before !== undefined), routes)
}

function stepsOf(way: Way, goesOverFirst: boolean): readonly Step<SplitContext>[] {
  if (!isStateful(way)) return statelessSteps
  if (way === 'suspend') return suspendSteps
  return goesOverFirst ? [twin, ...forkSteps] : forkSteps
}
