import { commitRoutes } from '../routing.ts'
import type { CommitStep } from '../steps.ts'
import type { MergeContext } from './context.ts'

/** After this the groups, and their disks, are the destination's. */
export const commit: CommitStep<MergeContext> = {
  name: 'commit',
  commits: true,
  change({ prepared: { disks, destination, routes = [] }, store }) {
    commitRoutes(store, routes)
    for (const { to } of disks) store.disks.update(to.name, { machine: destination.name })
  },
}
