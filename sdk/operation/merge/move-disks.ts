import { allSettled } from '../../all-settled.ts'
import type { AttachedDisk } from '../../store/records.ts'
import { attachDisks, detachDisks } from '../plug.ts'
import type { WorkStep } from '../steps.ts'
import type { MergeContext, MovingDisk } from './context.ts'

/** Takes the disks of the groups out of their machines and plugs them into the destination, side by side. */
export const moveDisks: WorkStep<MergeContext> = {
  name: 'disks',
  commits: false,
  outlivesPower: true,
  guardsEarlier: true,
  async run(context) {
    const { disks, destination } = context.prepared
    const begunAt = performance.now()
    await allSettled(bySource(disks).map(([source, own]) => detachDisks(context, source, own)))
    const detachedAt = performance.now()
    await attachDisks(
      context,
      destination.name,
      disks.map(({ to }) => to),
    )
    context.findings.detachMs = detachedAt - begunAt
    context.findings.attachMs = performance.now() - detachedAt
  },
  async undo(context) {
    const { disks, destination } = context.prepared
    await detachDisks(
      context,
      destination.name,
      disks.map(({ to }) => to),
    )
    await allSettled(bySource(disks).map(([source, own]) => attachDisks(context, source, own)))
  },
}

function bySource(disks: readonly MovingDisk[]): [source: string, disks: AttachedDisk[]][] {
  const sources = Map.groupBy(disks, ({ source }) => source)
  return [...sources].map(([source, own]) => [source, own.map(({ from }) => from)])
}
