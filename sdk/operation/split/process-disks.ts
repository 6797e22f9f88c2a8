import type { AttachedDisk, MachineRecord } from '../../store/records.ts'
import { allSettled } from '../all-settled.ts'
import { attachDisk, detachDisk, replaceDisk } from '../plug.ts'
import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/**
 * Children that go on from memory woke with every disk of their parent, each behind an overlay of its own. Those that are not a
 * child's own leave it, and what was written to them there is thrown away. Then what each owner wrote goes into the disk itself,
 * which stays one image that can move.
 */
export const settleDisks: WorkStep<SplitContext> = {
  name: 'settle-disks',
  commits: false,
  async run(context) {
    const { children, plan } = context.prepared
    if (plan.disks.length === 0) return
    await allSettled(children.map((child) => dropForeign(context, child)))
    await allSettled(plan.disks.map((disk) => keepOwn(context, disk)))
  },
}

/** Children that booted get the disks of their groups, before these start. */
export const plugDisks: WorkStep<SplitContext> = {
  name: 'plug-disks',
  commits: false,
  async run(context) {
    const { parent, plan } = context.prepared
    const disks = new Map((parent.disks ?? []).map((disk) => [disk.name, disk]))
    await allSettled(
      plan.disks.map(async ({ name, child }) => {
        const disk = disks.get(name)
        if (disk !== undefined) await attachDisk(context, child, disk)
      }),
    )
  },
}

async function dropForeign(context: SplitContext, { name }: MachineRecord): Promise<void> {
  const { prepared, store, hypervisor, agents } = context
  const foreign = prepared.plan.disks.filter(({ child }) => child !== name)
  const machine = store.machines.get(name)
  const present = (machine.disks ?? []).filter((disk) => foreign.some((one) => one.name === disk.name))
  if (present.length === 0) return
  if ((await hypervisor.status(machine)) !== 'absent') {
    const agent = await agents.of(machine)
    // What still holds one is a stranger to its group, which has ended here.
    await agent.unmountDisks({ groups: [...new Set(foreign.map(({ group }) => group))], free: true })
  }
  await allSettled(
    present.map(async (disk) => {
      await detachDisk(context, name, disk)
      await hypervisor.deleteOverlay(disk.image)
    }),
  )
}

async function keepOwn(
  context: SplitContext,
  { name, child }: { name: string; child: string },
): Promise<void> {
  const { store, hypervisor } = context
  const machine = store.machines.get(child)
  const { image } = store.disks.get(name)
  const overlay = machine.disks?.find((disk) => disk.name === name)
  if (overlay === undefined || overlay.image === image) return
  await hypervisor.commitOverlay({ machine, overlay, image })
  replaceDisk(context, child, { ...overlay, image })
  await hypervisor.deleteOverlay(overlay.image)
}

/** Where a child that goes on from memory writes what its parent's disk does not get before it is known whose it is. */
export function overlayOf(child: Pick<MachineRecord, 'directory'>, disk: AttachedDisk): AttachedDisk {
  return { ...disk, image: `${child.directory}/${disk.name}.qcow2` }
}
