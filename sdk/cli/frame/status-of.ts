import type { Cleave } from '../../cleave.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { KnownStatus } from '../documents/machine.ts'
import type { Output } from './output.ts'

/** One machine that cannot be asked must not hide the others: it is warned of. */
export async function statusOf(cleave: Cleave, machine: MachineRecord, output: Output): Promise<KnownStatus> {
  try {
    return await cleave.hypervisor.status(machine)
  } catch (error) {
    output.warn(
      `the status of ${machine.name} is not known: ${error instanceof Error ? error.message : error}`,
    )
    return 'unknown'
  }
}
