/** Disks that come to machines and leave them, in the store and in the machine's process. All may be repeated. */
import type { Hypervisor } from '../hypervisor/hypervisor.ts'
import type { AttachedDisk, MachineRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

interface PlugPorts {
  store: Store
  hypervisor: Hypervisor
}

/** The record first: whoever boots the machine, or ends it, must know of the disk. */
export async function attachDisk(ports: PlugPorts, name: string, disk: AttachedDisk): Promise<void> {
  const machine = replaceDisk(ports, name, disk)
  if (await runs(ports, machine)) await ports.hypervisor.attachDisk(machine, disk)
}

/** The record last, for the same reason. */
export async function detachDisk(ports: PlugPorts, name: string, disk: AttachedDisk): Promise<void> {
  const machine = ports.store.machines.get(name)
  if (await runs(ports, machine)) await ports.hypervisor.detachDisk(machine, disk)
  change(ports, name, (disks) => disks.filter((other) => other.name !== disk.name))
}

/** Notes a disk in place of the one of the same name, if there is one. */
export function replaceDisk(ports: PlugPorts, name: string, disk: AttachedDisk): MachineRecord {
  return change(ports, name, (disks) => [...disks.filter((other) => other.name !== disk.name), disk])
}

async function runs({ hypervisor }: PlugPorts, machine: MachineRecord): Promise<boolean> {
  return (await hypervisor.status(machine)) !== 'absent'
}

function change(
  { store }: PlugPorts,
  name: string,
  of: (disks: readonly AttachedDisk[]) => AttachedDisk[],
): MachineRecord {
  return store.atomically(() => {
    const disks = of(store.machines.get(name).disks ?? [])
    return store.machines.update(name, { disks: disks.length === 0 ? undefined : disks })
  })
}
