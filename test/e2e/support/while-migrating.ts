import { setTimeout as delay } from 'node:timers/promises'
import { machineFiles } from '../../../sdk/hypervisor/qemu/machine-files.ts'
import { connectQmp } from '../../../sdk/hypervisor/qemu/qmp/client.ts'
import type { MachineRecord } from '../../../sdk/store/records.ts'

/** Resolves while a machine's QEMU is sending, or taking, a state. */
export async function whileMigrating(machine: MachineRecord): Promise<void> {
  using observer = await connectQmp({ path: machineFiles(machine).observer, peer: machine.name })
  const deadline = performance.now() + 20_000
  while ((await observer.execute('query-migrate')).status !== 'active') {
    if (performance.now() > deadline) throw new Error(`no state comes from ${machine.name}, or goes to it`)
    await delay(2)
  }
}
