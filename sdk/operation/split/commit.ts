import { commitRoutes } from '../routing.ts'
import type { CommitStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/** After this the children are the machines and the parent is history. */
export const commit: CommitStep<SplitContext> = {
  name: 'commit',
  commits: true,
  change({ prepared: { plan, parent, children, routes = [] }, store }) {
    for (const child of children) store.machines.update(child.name, { state: 'running', established: true })
    store.machines.update(parent.name, { state: 'split', disks: undefined })
    commitRoutes(store, routes)
    for (const { name, child } of plan.disks) store.disks.update(name, { machine: child })
  },
}
