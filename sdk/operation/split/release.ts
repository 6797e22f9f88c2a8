import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/** Ends the parent's process. Its disk stays, as the backing of its children's. */
export const release: WorkStep<SplitContext> = {
  name: 'release',
  commits: false,
  async run({ prepared: { parent, before }, hypervisor, agents }) {
    await agents.end(parent)
    // All of memory was copied into the file of a twin, also what was never used.
    if (before !== undefined) await hypervisor.compactMemory(parent)
    await hypervisor.end(parent)
  },
}
