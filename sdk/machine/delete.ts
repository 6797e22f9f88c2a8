import { RefusedError } from '../../proto/errors.ts'
import type { Ports } from './ports.ts'

/**
 * Deletes a machine that does not run, with its disk. The disks of groups that it has stay, and no machine has them then.
 *
 * @throws RefusedError `MACHINE_RUNNING`; `DISK_IN_USE` while another machine's disk is based on it
 * @throws BusyError `MACHINE_BUSY`
 */
export async function deleteMachine({ store, hypervisor }: Ports, name: string): Promise<void> {
  using _lock = store.locks.lockMachine(name, 'delete')
  const machine = store.machines.get(name)
  const heirs = store.machines.list().filter(({ backing }) => backing === machine.disk)
  if (heirs.length > 0) {
    throw new RefusedError({
      code: 'DISK_IN_USE',
      message: `the disk of ${name} is below the disks of ${heirs.map((heir) => heir.name).join(', ')}`,
      remedy: 'Delete those first.',
    })
  }
  if ((await hypervisor.status(machine)) !== 'absent') {
    throw new RefusedError({
      code: 'MACHINE_RUNNING',
      message: `${name} runs`,
      remedy: `Stop it first: cleave vm stop ${name}`,
    })
  }
  await hypervisor.end(machine)
  await hypervisor.deleteDisk(machine)
  store.atomically(() => {
    for (const disk of store.disks.list())
      if (disk.machine === name) store.disks.update(disk.name, { machine: undefined })
    store.machines.delete(name)
  })
}
