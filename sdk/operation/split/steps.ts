/** The steps of a split, in order (docs/split.md). */
import type { SplitPlan } from '../../planning/split-plan.ts'
import { isStateful } from '../../planning/way.ts'
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
  quiesce,
  fork,
  adopt,
  commit,
  resume,
  settle,
  release,
  settleDisks,
]

const statelessSteps: readonly Step<SplitContext>[] = [
  room,
  ask,
  bequeath,
  stopParent,
  makeDisks,
  bootChildren,
  commit,
  plugDisks,
  inherit,
]

const suspendSteps: readonly Step<SplitContext>[] = [
  prepareSuspension,
  ask,
  quiesce,
  suspend,
  restore,
  adopt,
  commit,
  resume,
  settle,
  release,
  settleDisks,
]

/** What decides it. */
export type StepChoice = Pick<PreparedSplit, 'before'> & { plan: Pick<SplitPlan, 'way'> }

/** The journal counts them: what was prepared decides which there are, also when another process goes on with them. */
export function splitSteps({ before, plan }: StepChoice): readonly Step<SplitContext>[] {
  if (!isStateful(plan.way)) return statelessSteps
  if (plan.way === 'suspend') return suspendSteps
  return before === undefined ? forkSteps : [twin, ...forkSteps]
}
