import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/** Makes every child as a process that waits for its parent's state. The parent runs on and notices nothing. */
export const prepare: WorkStep<SplitContext> = {
  name: 'prepare',
  commits: false,
  async run({ prepared: { parent, children }, hypervisor }) {
    await Promise.all(
      children.map(async (child) => {
        await hypervisor.createDisk(child)
        await hypervisor.spawnChild(parent, child)
      }),
    )
  },
  async undo({ prepared: { children }, hypervisor, store, agents }) {
    await Promise.all(
      children.map(async (child) => {
        await agents.end(child)
        await hypervisor.end(child)
        await hypervisor.deleteDisk(child)
        store.machines.delete(child.name)
      }),
    )
  },
}
