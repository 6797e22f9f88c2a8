import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { connectQmp, type QmpClient } from '../../../../sdk/hypervisor/qemu/qmp/client.ts'
import { resourceWords } from '../../../../sdk/hypervisor/qemu/resource/words.ts'
import type { MachineRecord } from '../../../../sdk/store/records.ts'
import { listening } from './qmp/listening.ts'
import { shortFolder } from './short-folder.ts'

/** A real QEMU with the bus and the places of a machine, whose processors never start: what needs no guest can be tried on it. */
export async function startDisklessQemu(
  t: Test,
  machine: MachineRecord,
): Promise<{ monitor: QmpClient; process: ChildProcess }> {
  const path = join(shortFolder(t), 'qmp.sock')
  const { processors, memory } = resourceWords(machine)
  const process = spawn(
    'qemu-system-x86_64',
    [
      ...['-M', 'q35', '-accel', 'tcg', '-cpu', 'qemu64', '-S', '-nodefaults', '-display', 'none'],
      ...['-smp', processors, '-m', memory, '-device', 'virtio-scsi-pci,id=scsi0'],
      ...['-qmp', `unix:${path},server=on,wait=off`],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  t.teardown(async () => {
    if (process.exitCode !== null || process.signalCode !== null) return
    process.kill('SIGKILL')
    await once(process, 'exit')
  })
  await listening(path)
  const monitor = await connectQmp({ path, peer: `QEMU of ${machine.name}` })
  t.teardown(() => monitor.close())
  return { monitor, process }
}
