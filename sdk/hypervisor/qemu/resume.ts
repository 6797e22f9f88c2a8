import { RefusedError } from '../../../proto/errors.ts'
import type { MachineRecord } from '../../store/records.ts'
import { migrationEnded } from './fork/migration.ts'
import { machineFiles } from './machine-files.ts'
import { findProcess } from './process/find.ts'
import { connectQmp } from './qmp/client.ts'

/** A migration without its other side fails at its next write. */
const endMs = 10_000
const goOnMs = 5000

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
  await goOn(machine)
}

/**
 * Lets a machine go on whose state was on its way to somebody who is gone, or was handed over whole; without effect on one
 * that runs.
 */
export async function goOn(machine: MachineRecord): Promise<void> {
  using monitor = await connectQmp({ path: machineFiles(machine).monitor, peer: `QEMU of ${machine.name}` })
  await migrationEnded(monitor, endMs)
  if ((await monitor.execute('query-status')).running) return
  await monitor.execute('cont')
  await monitor.waitForEvent('RESUME', { timeoutMs: goOnMs })
}

function childLives({ name }: MachineRecord, alive: readonly MachineRecord[]): RefusedError {
  return new RefusedError({
    code: 'CHILD_LIVES',
    message: `${name} can't go on while ${alive.map((child) => child.name).join(', ')} runs on its memory`,
    remedy: 'End its children first.',
  })
}
