/** Disks that come to machines and leave them, in the store and in the machine's process. All may be repeated. */
import type { Hypervisor } from '../hypervisor/hypervisor.ts'
import type { AttachedDisk, MachineRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

interface PlugPorts {
  store: Store
  hypervisor: Hypervisor
}

/** The record first: whoever boots the machine, or ends it, must know of the disks. */
export async function attachDisks(
  ports: PlugPorts,
  name: string,
  disks: readonly AttachedDisk[],
): Promise<void> {
  const machine = noteDisks(ports, name, disks)
  if (disks.length > 0 && (await runs(ports, machine))) await ports.hypervisor.attachDisks(machine, disks)
}

/** The record last, for the same reason. */
export async function detachDisks(
  ports: PlugPorts,
  name: string,
  disks: readonly AttachedDisk[],
): Promise<void> {
  const machine = ports.store.machines.get(name)
  if (disks.length > 0 && (await runs(ports, machine))) await ports.hypervisor.detachDisks(machine, disks)
  change(ports, name, (known) => known.filter((other) => !disks.some((disk) => disk.name === other.name)))
}

/** Notes disks in place of those of the same names, if there are any. */
export function noteDisks(ports: PlugPorts, name: string, disks: readonly AttachedDisk[]): MachineRecord {
  return change(ports, name, (known) => [
    ...known.filter((other) => !disks.some((disk) => disk.name === other.name)),
    ...disks,
  ])
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
