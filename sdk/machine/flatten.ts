import { RefusedError } from '../../proto/errors.ts'
import { imagesBelow } from '../planning/disk-chain.ts'
import type { MachineRecord } from '../store/records.ts'
import type { Ports } from './ports.ts'

/**
 * Copies what is in the disks of the machines that this one was split from into its own, also while it runs: only the image that all
 * of them began with stays below. Then those machines can be deleted. Without effect when nothing else is below.
 *
 * @throws NotFoundError `MACHINE_NOT_FOUND`
 * @throws RefusedError `MACHINE_SPLIT` when it is itself below others
 * @throws BusyError `MACHINE_BUSY`
 * @throws FailedError `BLOCK_JOB_FAILED`
 * @throws UnansweredError `BLOCK_JOB_SLOW`: repeat the call
 */
export async function flattenMachine({ store, hypervisor }: Ports, name: string): Promise<MachineRecord> {
  using _lock = store.locks.lockMachine(name, 'flatten')
  const machine = store.machines.get(name)
  if (machine.state === 'split') throw wasSplit(name)
  const below = imagesBelow(machine, store.machines.list())
  const base = below.at(-1)
  if (base === undefined || below.length === 1) return machine
  await hypervisor.flattenRoot(machine, base)
  return store.machines.update(name, { backing: base })
}

function wasSplit(name: string): RefusedError {
  return new RefusedError({
    code: 'MACHINE_SPLIT',
    message: `${name} was split: its disk is below those of others, and must not change`,
    remedy: 'Flatten these: see `cleave vm tree`.',
  })
}
