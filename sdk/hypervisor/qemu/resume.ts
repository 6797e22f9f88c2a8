import { RefusedError } from '../../../proto/errors.ts'
import type { MachineRecord } from '../../store/records.ts'
import { machineFiles } from './machine-files.ts'
import { findProcess } from './process/find.ts'
import { connectQmp } from './qmp/client.ts'

/**
 * Lets a stopped machine go on; without effect on one that runs.
 *
 * @param others the other machines' records: no process of one may map the memory that goes on changing
 * @throws RefusedError `CHILD_LIVES`
 */
export async function resume(machine: MachineRecord, others: readonly MachineRecord[]): Promise<void> {
  const alive = others.filter(
    (other) => other.name !== machine.name && other.memoryFile === machine.memoryFile && findProcess(other),
  )
  if (alive.length > 0) throw childLives(machine, alive)
  using monitor = await connectQmp({ path: machineFiles(machine).monitor, peer: `QEMU of ${machine.name}` })
  if ((await monitor.execute('query-status')).running) return
  await monitor.execute('cont')
  await monitor.waitForEvent('RESUME', { timeoutMs: 5000 })
}

function childLives({ name }: MachineRecord, alive: readonly MachineRecord[]): RefusedError {
  return new RefusedError({
    code: 'CHILD_LIVES',
    message: `${name} can't go on while ${alive.map((child) => child.name).join(', ')} runs on its memory`,
    remedy: 'End its children first.',
  })
}
