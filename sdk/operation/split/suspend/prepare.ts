import { FailedError } from '../../../../proto/errors.ts'
import type { Suspension } from '../../../hypervisor/handover.ts'
import type { WorkStep } from '../../steps.ts'
import type { SplitContext } from '../context.ts'
import { createOverlays, removeChildren } from '../prepare.ts'

/** Makes every child as a process with memory of its own, which waits for its parent's state. The parent runs on. */
export const prepareSuspension: WorkStep<SplitContext> = {
  name: 'prepare',
  commits: false,
  async run(context) {
    const { prepared, hypervisor, adopters, agents } = context
    const { parent, children } = prepared
    await Promise.all(
      children.map(async (child) => {
        await hypervisor.createDisk(child)
        await createOverlays(context, child)
      }),
    )
    context.suspension = await hypervisor.prepareSuspend(parent, children)
    // A guest whose host is gone when it wakes would deal with that first, while clients wait for it.
    await Promise.all(children.flatMap((child) => [adopters.open(child), agents.hold(child)]))
  },
  async undo(context) {
    await endSuspension(context)
    await removeChildren(context)
  },
}

/** Of this process: recovery takes back what was not committed, and never goes on with it. */
export function suspensionOf({ suspension, prepared }: SplitContext): Suspension {
  if (suspension !== undefined) return suspension
  throw new FailedError({
    code: 'NOT_PREPARED',
    message: `nothing is ready to take the state of ${prepared.parent.name}`,
    remedy: 'This is a defect of Cleave: please report it.',
  })
}

/** Without effect when there is none, or when it was ended already. */
export async function endSuspension(context: SplitContext): Promise<void> {
  const { suspension } = context
  context.suspension = undefined
  await suspension?.[Symbol.asyncDispose]()
}
