import type { Ports } from '../machine/ports.ts'
import type { DiskRecord } from '../store/records.ts'
import { holdDisks } from './hold.ts'

/**
 * Copies what images below a disk have into its own, which then stands alone; also while a machine runs on it.
 *
 * @throws NotFoundError `DISK_NOT_FOUND`
 * @throws BusyError `MACHINE_BUSY`, `DISK_LOCKED`
 * @throws FailedError `BLOCK_JOB_FAILED`
 * @throws UnansweredError `BLOCK_JOB_SLOW`: repeat the call
 */
export async function flattenDisk({ store, hypervisor }: Ports, name: string): Promise<DiskRecord> {
  using held = holdDisks(store, 'flatten', () => [store.disks.get(name)])
  const [disk] = held.disks
  await hypervisor.flatten(disk, disk.machine === undefined ? undefined : store.machines.get(disk.machine))
  return store.disks.update(name, { backing: undefined })
}
