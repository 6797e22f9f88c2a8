import { resolve } from 'node:path'
import { RefusedError } from '../../proto/errors.ts'
import type { Ports } from '../machine/ports.ts'
import type { DiskRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { disksAbove, withImageMoved } from './chain.ts'
import { holdDisks, machinesOf } from './hold.ts'

/**
 * Moves the image of a disk into another folder, and tells the images above it where it is. When it was broken off, repeat it.
 *
 * @throws NotFoundError `DISK_NOT_FOUND`
 * @throws RefusedError `MACHINE_RUNNING` while a machine runs that has it, or a disk that is based on it; `IMAGE_EXISTS`
 * @throws BusyError `MACHINE_BUSY`, `DISK_LOCKED`
 * @throws UnavailableError `NO_SPACE`, `IMAGE_MISSING`
 */
export async function moveDisk(ports: Ports, name: string, folder: string): Promise<DiskRecord> {
  const { store, hypervisor } = ports
  using held = holdDisks(store, 'move', () => withAbove(store, name))
  const [disk, ...above] = held.disks
  for (const machine of machinesOf(held.disks)) await refuseRunning(ports, machine, name)
  const image = await hypervisor.moveDiskImage(disk, resolve(folder))
  for (const one of above) if (one.backing?.[0] === disk.image) await hypervisor.rebase(one, image)
  store.atomically(() => {
    for (const one of held.disks) writeMoved(store, one, { from: disk.image, to: image })
  })
  return store.disks.get(name)
}

function withAbove({ disks }: Store, name: string): [DiskRecord, ...DiskRecord[]] {
  const disk = disks.get(name)
  return [disk, ...disksAbove(disk, disks.list())]
}

async function refuseRunning({ store, hypervisor }: Ports, machine: string, disk: string): Promise<void> {
  if ((await hypervisor.status(store.machines.get(machine))) === 'absent') return
  throw new RefusedError({
    code: 'MACHINE_RUNNING',
    message: `${machine} runs on the image of disk ${disk}`,
    remedy: `Stop it first: cleave vm stop ${machine}`,
  })
}

function writeMoved(store: Store, disk: DiskRecord, { from, to }: { from: string; to: string }): void {
  const { name, image, backing, machine } = withImageMoved(disk, from, to)
  store.disks.update(name, { image, backing })
  if (machine === undefined) return
  const disks = store.machines.get(machine).disks?.map((one) => (one.name === name ? { ...one, image } : one))
  store.machines.update(machine, { disks })
}
