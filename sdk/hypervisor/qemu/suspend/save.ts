import type { FileHandle } from 'node:fs/promises'
import type { MachineRecord } from '../../../store/records.ts'
import type { Monitored } from '../fork/fork.ts'
import { migrationCompleted } from '../fork/migration.ts'
import { machineFiles } from '../machine-files.ts'
import { stateBytes } from '../memory/size.ts'
import { forwardToTap } from '../network/forwarding.ts'
import { copyBound } from '../twin/move.ts'
import { receiveState } from './receive.ts'

/** The bound of what takes milliseconds. */
const stopMs = 5000

/** Times of QEMU's own events, milliseconds since 1970 by the clock of the host. */
export interface Saved {
  stopped: number
  saved: number
}

/**
 * Stops the parent and writes its whole state. When it throws, the migration fails by itself, for nobody takes it any more,
 * and the parent stays stopped.
 *
 * @param options.heir the child that has the parent's MAC address: what is sent to that waits in its tap
 * @throws UnavailableError `NO_SPACE`
 * @throws FailedError `STATE_NOT_SAVED`, `STATE_NOT_HANDED_OVER`
 */
export async function save(options: {
  parent: Monitored
  file: FileHandle
  heir: MachineRecord | undefined
}): Promise<Saved> {
  const { machine, monitor } = options.parent
  const from = machineFiles(machine).outgoing
  await using receiver = await receiveState({ from, to: options.file, longest: stateBytes(machine) })
  if (options.heir !== undefined) await forwardToTap(options.heir)
  await monitor.execute('stop')
  const stopped = await monitor.waitForEvent('STOP', { timeoutMs: stopMs })
  await monitor.execute('migrate', { uri: `unix:${from}` })
  const [saved] = await Promise.all([
    migrationCompleted(monitor, { who: `parent ${machine.name}`, timeoutMs: copyBound(machine) }),
    receiver.done,
  ])
  return { stopped: stopped.at, saved: saved.at }
}
