import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { machineFiles } from '../../../sdk/hypervisor/qemu/machine-files.ts'
import type { MachineRecord } from '../../../sdk/store/records.ts'

const bootBoundMs = 120_000

/**
 * Waits for the prompt of the shell on a machine's console: what is typed before it comes is lost.
 *
 * @param boots how many times the machine has to have come up since its process was started
 * @param boundMs for each of them
 */
export async function consolePrompts(
  machine: MachineRecord,
  boots = 1,
  boundMs = bootBoundMs,
): Promise<void> {
  const deadline = performance.now() + boundMs * boots
  for (;;) {
    const text = await readFile(machineFiles(machine).consoleLog, 'latin1')
    const [, ...sinceLogin] = text.split('automatic login')
    if (sinceLogin.length >= boots && sinceLogin.at(-1)?.includes('~#')) return
    if (performance.now() > deadline) {
      throw new Error(`no shell on the console of ${machine.name}: ${JSON.stringify(text.slice(-2000))}`)
    }
    await delay(200)
  }
}
