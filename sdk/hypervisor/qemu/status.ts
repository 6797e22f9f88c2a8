import { CleaveError } from '../../../proto/errors.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { MachineStatus } from '../hypervisor.ts'
import { machineFiles } from './machine-files.ts'
import { findProcess } from './process/find.ts'
import { connectQmp } from './qmp/client.ts'

/** Asks on the observers' monitor, which answers also while an operation holds the other one. */
export async function status(machine: MachineRecord): Promise<MachineStatus> {
  if (!findProcess(machine)) return 'absent'
  try {
    using observer = await connectQmp({
      path: machineFiles(machine).observer,
      peer: `QEMU of ${machine.name}`,
    })
    return statusOf((await observer.execute('query-status')).status)
  } catch (error) {
    // It may have ended since it was looked for.
    if (error instanceof CleaveError && error.code === 'QMP_CLOSED' && !findProcess(machine)) return 'absent'
    throw error
  }
}

/** QEMU's word (qapi/run-state.json) as ours. Pure. */
export function statusOf(runState: string): MachineStatus {
  if (runState === 'running' || runState === 'suspended') return 'running'
  if (runState === 'inmigrate') return 'waiting'
  // `finish-migrate`: its state is on the way.
  if (runState === 'postmigrate' || runState === 'finish-migrate') return 'handed-over'
  return 'paused'
}
