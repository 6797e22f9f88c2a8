import type { MachineRecord } from '../../store/records.ts'
import { end } from './boot.ts'
import { machineFiles } from './machine-files.ts'
import { hasEnded } from './process/end.ts'
import { findProcess } from './process/find.ts'
import { connectQmp } from './qmp/client.ts'

/**
 * Presses the power button (ACPI) and waits for QEMU to end, which it does when the guest has powered off. A guest
 * whose processors are stopped can't do that: it is ended at once.
 */
export async function shutdown(
  machine: MachineRecord,
  { graceMs }: { graceMs: number },
): Promise<'orderly' | 'ended'> {
  const process = findProcess(machine)
  const pressed = process !== undefined && (await pressPowerButton(machine))
  const orderly = pressed && (await hasEnded(process, graceMs))
  await end(machine)
  return orderly ? 'orderly' : 'ended'
}

async function pressPowerButton(machine: MachineRecord): Promise<boolean> {
  using monitor = await connectQmp({ path: machineFiles(machine).monitor, peer: `QEMU of ${machine.name}` })
  const { running } = await monitor.execute('query-status')
  if (running) await monitor.execute('system_powerdown')
  return running
}
