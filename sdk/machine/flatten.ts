import { RefusedError } from '../../proto/errors.ts'
import { lastingImage } from '../planning/disk-chain.ts'
import type { MachineRecord } from '../store/records.ts'
import type { Ports } from './ports.ts'

/**
 * Copies what is in images of other machines below the disk of this one into its own, also while it runs: only the image that all
 * of them began with stays below, if any. Then no other machine is needed for it. Without effect when none is.
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
  const base = lastingImage(machine, store.machines.list())
  if (machine.backing === base) return machine
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
