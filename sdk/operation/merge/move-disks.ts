import { allSettled } from '../all-settled.ts'
import { attachDisk, detachDisk } from '../plug.ts'
import type { WorkStep } from '../steps.ts'
import type { MergeContext } from './context.ts'

/** Takes the disks of the groups out of their machines and plugs them into the destination, side by side. */
export const moveDisks: WorkStep<MergeContext> = {
  name: 'disks',
  commits: false,
  async run(context) {
    const { disks, destination } = context.prepared
    const begunAt = performance.now()
    await allSettled(disks.map(({ source, from }) => detachDisk(context, source, from)))
    const detachedAt = performance.now()
    await allSettled(disks.map(({ to }) => attachDisk(context, destination.name, to)))
    context.findings.detachMs = detachedAt - begunAt
    context.findings.attachMs = performance.now() - detachedAt
  },
  async undo(context) {
    const { disks, destination } = context.prepared
    await allSettled(disks.map(({ to }) => detachDisk(context, destination.name, to)))
    await allSettled(disks.map(({ source, from }) => attachDisk(context, source, from)))
  },
}
