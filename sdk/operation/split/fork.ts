import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'
import { endFork } from './prepare.ts'

/** Stops the parent and lets every child go on from its memory: the pause. */
export const fork: WorkStep<SplitContext> = {
  name: 'fork',
  commits: false,
  async run(context) {
    const { prepared, hypervisor, findings } = context
    context.fork ??= await hypervisor.prepareFork(prepared.parent, prepared.children)
    findings.pause = await context.fork.run()
    await endFork(context)
  },
  async undo(context) {
    await endFork(context)
    await goBackToParent(context)
  },
}

/**
 * Ends all children, then lets the parent go on: it writes to the disk below theirs, and to memory that they may map. May be
 * repeated.
 */
export async function goBackToParent(context: SplitContext): Promise<void> {
  const { prepared, hypervisor, agents, adopters } = context
  const { parent, children } = prepared
  await Promise.all(
    children.map(async (child) => {
      adopters.close(child)
      await agents.end(child)
      await hypervisor.end(child)
    }),
  )
  if ((await hypervisor.status(parent)) === 'absent') return
  await hypervisor.resume(parent)
}
