/** The steps of a stateful split by fork, in order (docs/split.md). */
import type { Step } from '../steps.ts'
import { adopt } from './adopt.ts'
import { ask } from './ask.ts'
import { commit } from './commit.ts'
import type { PreparedSplit, SplitContext } from './context.ts'
import { fork } from './fork.ts'
import { prepare } from './prepare.ts'
import { quiesce } from './quiesce.ts'
import { release } from './release.ts'
import { resume } from './resume.ts'
import { settle } from './settle.ts'
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
]

/** The journal counts them: what was prepared decides which there are, also when another process goes on with them. */
export function splitSteps({ before }: Pick<PreparedSplit, 'before'>): readonly Step<SplitContext>[] {
  return before === undefined ? forkSteps : [twin, ...forkSteps]
}
