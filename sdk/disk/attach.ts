import { RefusedError, UnavailableError } from '../../proto/errors.ts'
import type { Ports } from '../machine/ports.ts'
import { refuseSplit } from '../machine/refuse-split.ts'
import { freeUnits, mostDisks } from '../planning/disk-units.ts'
import type { AttachedDisk, MachineRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { refuseBelowOthers } from './chain.ts'

/**
 * Gives a disk to a machine: one that runs has it at once, another one when it starts. May be repeated.
 *
 * @throws NotFoundError `DISK_NOT_FOUND`, `MACHINE_NOT_FOUND`
 * @throws RefusedError `DISK_ATTACHED` when another machine has it; `DISK_IN_USE` while other disks are based on it;
 *   `MACHINE_SPLIT`; `MACHINE_NOT_RUNNING` when it is in the middle of something
 * @throws BusyError `MACHINE_BUSY`, `DISK_LOCKED`
 * @throws UnavailableError `IMAGE_HELD`, `NO_UNIT`
 */
export async function attachDisk(
  { store, hypervisor }: Ports,
  { disk: name, machine: machineName }: { disk: string; machine: string },
): Promise<AttachedDisk> {
  using _machine = store.locks.lockMachine(machineName, 'attach')
  using _disk = store.locks.lockDisk(name, 'attach')
  const machine = store.machines.get(machineName)
  refuseSplit(machine)
  const status = await hypervisor.status(machine)
  if (status !== 'running' && status !== 'absent') throw notRunning(machine, status)
  const isNew = store.disks.get(name).machine === undefined
  const attached = store.atomically(() => writeAttached(store, machineName, name))
  if (status === 'absent') return attached
  try {
    await hypervisor.attachDisk(machine, attached)
  } catch (error) {
    if (isNew) store.atomically(() => writeDetached(store, machineName, name))
    throw error
  }
  return attached
}

/** Call it within a transaction. */
function writeAttached(store: Store, machineName: string, name: string): AttachedDisk {
  const disk = store.disks.get(name)
  const { disks = [] } = store.machines.get(machineName)
  const known = disks.find((one) => one.name === name)
  if (disk.machine === machineName && known) return known
  if (disk.machine !== undefined) throw attachedElsewhere(name, disk.machine)
  refuseBelowOthers(disk, store.disks.list())
  const attached = { name, image: disk.image, unit: freeUnit(machineName, disks) }
  store.machines.update(machineName, { disks: [...disks, attached] })
  store.disks.update(name, { machine: machineName })
  return attached
}

/** Call it within a transaction. */
export function writeDetached(store: Store, machineName: string, name: string): void {
  const { disks = [] } = store.machines.get(machineName)
  const left = disks.filter((one) => one.name !== name)
  store.machines.update(machineName, { disks: left.length > 0 ? left : undefined })
  store.disks.update(name, { machine: undefined })
}

function freeUnit(machine: string, disks: readonly AttachedDisk[]): number {
  const [unit] = freeUnits(disks)
  if (unit !== undefined) return unit
  throw new UnavailableError({
    code: 'NO_UNIT',
    message: `${machine} has ${mostDisks} disks already`,
    remedy: 'Detach one of them first.',
  })
}

function notRunning({ name }: MachineRecord, status: string): RefusedError {
  return new RefusedError({
    code: 'MACHINE_NOT_RUNNING',
    message: `${name} is ${status}: it can't get a disk now`,
    remedy: `See what it does: cleave vm show ${name}`,
  })
}

function attachedElsewhere(disk: string, machine: string): RefusedError {
  return new RefusedError({
    code: 'DISK_ATTACHED',
    message: `disk ${disk} belongs to ${machine}, and a disk has one writer at a time`,
    remedy: `Detach it first: cleave disk detach ${disk}`,
  })
}
