import type { Ports } from '../machine/ports.ts'
import type { DiskRecord } from '../store/records.ts'

/**
 * Copies what images below a disk have into its own, which then stands alone; also while a machine runs on it.
 *
 * @throws NotFoundError `DISK_NOT_FOUND`
 * @throws BusyError `MACHINE_BUSY`
 * @throws FailedError `BLOCK_JOB_FAILED`
 * @throws UnansweredError `BLOCK_JOB_SLOW`: repeat the call
 */
export async function flattenDisk({ store, hypervisor }: Ports, name: string): Promise<DiskRecord> {
  const { machine } = store.disks.get(name)
  using _lock = machine === undefined ? undefined : store.locks.lockMachine(machine, 'flatten')
  const disk = store.disks.get(name)
  await hypervisor.flatten(disk, machine === undefined ? undefined : store.machines.get(machine))
  return store.disks.update(name, { backing: undefined })
}
