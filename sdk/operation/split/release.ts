import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/** Ends the parent's process. Its disk stays, as the backing of its children's. */
export const release: WorkStep<SplitContext> = {
  name: 'release',
  commits: false,
  async run({ prepared: { parent }, hypervisor, agents }) {
    await agents.end(parent)
    await hypervisor.end(parent)
  },
}
