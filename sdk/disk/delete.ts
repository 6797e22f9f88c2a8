import type { Ports } from '../machine/ports.ts'
import { refuseAttached, refuseBelowOthers } from './chain.ts'

/**
 * Deletes a disk that no machine has, with its image.
 *
 * @throws NotFoundError `DISK_NOT_FOUND`
 * @throws RefusedError `DISK_ATTACHED`; `DISK_IN_USE` while other disks are based on it
 * @throws BusyError `DISK_LOCKED`
 */
export async function deleteDisk({ store, hypervisor }: Ports, name: string): Promise<void> {
  using _lock = store.locks.lockDisk(name, 'delete')
  const disk = store.disks.get(name)
  refuseAttached(disk)
  refuseBelowOthers(disk, store.disks.list())
  await hypervisor.deleteDiskImage(disk)
  store.disks.delete(name)
}
