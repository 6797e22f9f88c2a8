import { allSettled } from '../../all-settled.ts'
import type { PlannedDisk } from '../../planning/split-disks.ts'
import type { AttachedDisk, MachineRecord } from '../../store/records.ts'
import { attachDisks, detachDisks, noteDisks } from '../plug.ts'
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
    await allSettled(children.map(({ name }) => dropForeign(context, name)))
    await allSettled(children.map(({ name }) => keepOwn(context, name)))
  },
}

/** Children that booted get the disks of their groups, before these start. */
export const plugDisks: WorkStep<SplitContext> = {
  name: 'plug-disks',
  commits: false,
  async run(context) {
    const { parent, children, plan } = context.prepared
    const { disks = [] } = parent
    await allSettled(
      children.map(({ name }) =>
        attachDisks(
          context,
          name,
          disks.filter((disk) => isOwn(plan.disks, disk, name)),
        ),
      ),
    )
  },
}

async function dropForeign(context: SplitContext, name: string): Promise<void> {
  const { prepared, store, hypervisor, agents } = context
  const machine = store.machines.get(name)
  const foreign = (machine.disks ?? []).filter((disk) => !isOwn(prepared.plan.disks, disk, name))
  if (foreign.length === 0) return
  if ((await hypervisor.status(machine)) !== 'absent') {
    const agent = await agents.of(machine)
    const groups = prepared.plan.disks.filter(({ child }) => child !== name).map(({ group }) => group)
    // What still holds one is a stranger to its group, which has ended here.
    await agent.unmountDisks({ groups: [...new Set(groups)], free: true, discard: true })
  }
  await detachDisks(context, name, foreign)
  for (const { image } of foreign) await hypervisor.deleteOverlay(image)
}

async function keepOwn(context: SplitContext, name: string): Promise<void> {
  const { store, hypervisor } = context
  const machine = store.machines.get(name)
  const own = (machine.disks ?? []).map((overlay) => ({
    overlay,
    image: store.disks.get(overlay.name).image,
  }))
  if (own.length === 0) return
  await hypervisor.commitOverlays({
    machine,
    commits: own.filter(({ overlay, image }) => overlay.image !== image),
    note: (done) => {
      const disks = done.map(({ overlay, image }) => ({ ...overlay, image }))
      noteDisks(context, name, disks)
    },
  })
  for (const { overlay } of own) await hypervisor.deleteOverlay(overlayOf(machine, overlay.name))
}

function isOwn(planned: readonly PlannedDisk[], disk: AttachedDisk, child: string): boolean {
  return planned.some((one) => one.name === disk.name && one.child === child)
}

/** Where a child that goes on from memory writes what its parent's disk does not get before it is known whose it is. */
export function overlayOf(child: Pick<MachineRecord, 'directory'>, disk: string): string {
  return `${child.directory}/${disk}.qcow2`
}
