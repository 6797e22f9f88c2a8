import type { WorkStep } from '../../steps.ts'
import type { SplitContext } from '../context.ts'

/** Looks, before anybody is asked or stopped, whether the host will have room for the children. */
export const room: WorkStep<SplitContext> = {
  name: 'room',
  commits: false,
  async run({ prepared: { plan, parent, children }, hypervisor }) {
    await hypervisor.checkRoom({
      parent,
      children,
      copies:
        plan.way === 'full'
          ? children.length
          : new Set(plan.children.flatMap(({ imageOf }) => imageOf ?? [])).size,
      diskBytes: plan.children.flatMap(({ diskBytes }) => diskBytes ?? []),
    })
  },
  async undo({ prepared: { children }, store }) {
    for (const child of children) store.machines.delete(child.name)
  },
}
