import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { machineFiles } from '../../../sdk/hypervisor/qemu/machine-files.ts'
import type { MachineRecord } from '../../../sdk/store/records.ts'

const boundMs = 120_000

/** Waits for the prompt of the shell on a machine's console: what is typed before it comes is lost. */
export async function consolePrompts(machine: MachineRecord): Promise<void> {
  const deadline = performance.now() + boundMs
  while (!(await readFile(machineFiles(machine).consoleLog, 'latin1')).includes('~#')) {
    if (performance.now() > deadline) throw new Error(`no shell on the console of ${machine.name}`)
    await delay(200)
  }
}
