import type { AttachedDisk, MachineRecord } from '../../store/records.ts'
import type { WorkStep } from '../steps.ts'
import { allSettled, type MergeContext } from './context.ts'

/** Takes the disks of the groups out of their machines and plugs them into the destination, side by side. */
export const moveDisks: WorkStep<MergeContext> = {
  name: 'disks',
  commits: false,
  async run(context) {
    const { disks, destination } = context.prepared
    const begunAt = performance.now()
    await allSettled(disks.map(({ source, from }) => take(context, source, from)))
    const detachedAt = performance.now()
    await allSettled(disks.map(({ to }) => plug(context, destination.name, to)))
    context.findings.detachMs = detachedAt - begunAt
    context.findings.attachMs = performance.now() - detachedAt
  },
  async undo(context) {
    const { disks, destination } = context.prepared
    await allSettled(disks.map(({ to }) => take(context, destination.name, to)))
    await allSettled(disks.map(({ source, from }) => plug(context, source, from)))
  },
}

/** May be repeated, also when the machine has ended meanwhile. */
async function take(context: MergeContext, name: string, disk: AttachedDisk): Promise<void> {
  const machine = context.store.machines.get(name)
  if (await runs(context, machine)) await context.hypervisor.detachDisk(machine, disk)
  update(context, name, (disks) => disks.filter((other) => other.name !== disk.name))
}

/** The record first: whoever boots the machine, or ends it, must know of the disk. */
async function plug(context: MergeContext, name: string, disk: AttachedDisk): Promise<void> {
  const machine = update(context, name, (disks) => [
    ...disks.filter((other) => other.name !== disk.name),
    disk,
  ])
  if (await runs(context, machine)) await context.hypervisor.attachDisk(machine, disk)
}

async function runs({ hypervisor }: MergeContext, machine: MachineRecord): Promise<boolean> {
  return (await hypervisor.status(machine)) !== 'absent'
}

function update(
  { store }: MergeContext,
  name: string,
  change: (disks: readonly AttachedDisk[]) => AttachedDisk[],
): MachineRecord {
  return store.atomically(() => {
    const disks = change(store.machines.get(name).disks ?? [])
    return store.machines.update(name, { disks: disks.length === 0 ? undefined : disks })
  })
}
