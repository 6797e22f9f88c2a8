import type { WorkStep } from '../../steps.ts'
import type { SplitContext } from '../context.ts'
import { endSuspension, suspensionOf } from './prepare.ts'

/** Lets every child load that state and run: the pause ends. Taken back by ending the children, with the step before. */
export const restore: WorkStep<SplitContext> = {
  name: 'restore',
  commits: false,
  async run(context) {
    context.findings.pause = await suspensionOf(context).restore()
    await endSuspension(context)
  },
}
