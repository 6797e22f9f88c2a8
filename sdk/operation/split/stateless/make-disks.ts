import { join } from 'node:path'
import { allSettled } from '../../../all-settled.ts'
import type { MachineRecord } from '../../../store/records.ts'
import type { WorkStep } from '../../steps.ts'
import type { SplitContext } from '../context.ts'
import { copiedImage } from '../prepared.ts'

/** Gives each child its disk: an overlay of the parent's, or a copy. */
export const makeDisks: WorkStep<SplitContext> = {
  name: 'disks',
  commits: false,
  async run({ prepared: { plan, parent, children }, hypervisor, findings }) {
    const begunAt = performance.now()
    const keepers = new Set(plan.children.flatMap(({ imageOf }) => imageOf ?? []))
    const copies = children.filter(({ name }) => keepers.has(name))
    await allSettled(
      copies.map((child) =>
        hypervisor.copyDisk(parent, { ...child, disk: join(child.directory, copiedImage) }),
      ),
    )
    const make = (child: MachineRecord, index: number) => {
      const { diskBytes } = plan.children[index] ?? {}
      const options = diskBytes === undefined ? {} : { sizeBytes: diskBytes }
      return plan.way === 'full'
        ? hypervisor.copyDisk(parent, child, options)
        : hypervisor.createDisk(child, options)
    }
    await allSettled(children.map(make))
    findings.disksMs = performance.now() - begunAt
  },
  async undo({ prepared: { children }, hypervisor, store }) {
    // Those that share a copy come after the one that keeps it.
    for (const child of children.toReversed()) {
      await hypervisor.deleteDisk(child)
      // Its record reserves the name until all is undone, and must not hold a copy back any more.
      if (store.machines.find(child.name)) store.machines.update(child.name, { backing: undefined })
    }
  },
}
