/** A machine with emulated processors that has no room for the translated code of one more. */
import { machineFiles } from '../../../sdk/hypervisor/qemu/machine-files.ts'
import { connectQmp } from '../../../sdk/hypervisor/qemu/qmp/client.ts'
import { hasTranslationRoom } from '../../../sdk/hypervisor/qemu/resource/translation-room.ts'
import type { TestHost } from './host.ts'

/** Two megabytes of translated code each: the room for 512 is full after 256 at most, a look at the wrong moment counted out. */
const mostPrograms = 800

/**
 * Runs programs in a machine with one processor until it is so.
 *
 * @returns how many; 0 where processors are not emulated
 */
export async function fillTranslation({ cleave, shell }: TestHost, name: string): Promise<number> {
  if ((await cleave.hypervisor.accelerator()) === 'kvm') return 0
  const machine = cleave.machines.get(name).record()
  const guest = await shell(name)
  using monitor = await connectQmp({ path: machineFiles(machine).observer, peer: `QEMU of ${name}` })
  // At the same addresses they would be translated once.
  await guest.run('echo 2 >/proc/sys/kernel/randomize_va_space')
  for (let count = 1; count <= mostPrograms; count++) {
    await guest.run('ls / >/dev/null')
    const report = await monitor.execute('human-monitor-command', { 'command-line': 'info jit' })
    if (!hasTranslationRoom(report, { present: 1, most: 16 })) return count
  }
  throw new Error(`${name} has room after ${mostPrograms} programs`)
}
