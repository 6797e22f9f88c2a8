import type { WorkStep } from '../../steps.ts'
import type { SplitContext } from '../context.ts'
import { goBackToParent } from '../fork.ts'
import { endSuspension, suspensionOf } from './prepare.ts'

/** Stops the parent and saves its whole state: the pause begins. */
export const suspend: WorkStep<SplitContext> = {
  name: 'suspend',
  commits: false,
  async run(context) {
    await suspensionOf(context).save()
  },
  async undo(context) {
    await endSuspension(context)
    await goBackToParent(context)
  },
}
