/** A machine goes over to another process on this host while it runs. */
import type { MachineRecord } from '../../../store/records.ts'
import type { TwinTimings } from '../../handover.ts'
import type { Accelerator } from '../../hypervisor.ts'
import { migrationCompleted, prepareMigration } from '../fork/migration.ts'
import { machineFiles } from '../machine-files.ts'
import { allMemoryBytes, type MemoryOf } from '../memory/size.ts'
import { forwardToTap } from '../network/forwarding.ts'
import { listen, listenNoMore } from '../network/user.ts'
import type { QmpClient } from '../qmp/client.ts'

/** A gigabyte takes seconds; a guest that writes as fast as that is slowed down until it fits. */
const copyMsPerMiB = 300
const mebibyte = 1024 * 1024
const switchMs = 10_000

/** As long as the last of the memory and the state may keep the machine stopped, in milliseconds. */
const downtimeLimitMs = 100

/** Milliseconds for all of the memory, at most. */
export function copyBound(...machines: readonly MemoryOf[]): number {
  const bytes = machines.reduce((sum, machine) => sum + allMemoryBytes(machine), 0)
  return 60_000 + Math.ceil(bytes / mebibyte) * copyMsPerMiB
}

/**
 * Copies the memory while the machine runs, then stops it and lets its twin go on. Both processes must answer their
 * monitors, the twin's waits for a state.
 *
 * @throws FailedError `STATE_NOT_HANDED_OVER`, `PORT_TAKEN`
 */
export async function moveToTwin(options: {
  machine: MachineRecord
  from: QmpClient
  twin: MachineRecord
  to: QmpClient
  accelerator: Accelerator
}): Promise<TwinTimings> {
  const { machine, from, twin, to, accelerator } = options
  const uri = `unix:${machineFiles(twin).incoming}`
  const begunAt = performance.now()
  const timeoutMs = copyBound(machine)
  await prepareMigration(to, { memory: 'sent' })
  await to.execute('migrate-incoming', { uri })
  await prepareMigration(from, { memory: 'sent' })
  // On one host nothing but the processors bounds how fast memory is copied: 0 is without a limit.
  await from.execute('migrate-set-parameters', { 'max-bandwidth': 0, 'downtime-limit': downtimeLimitMs })
  if (forgetsWrites(machine, accelerator)) await from.execute('stop')
  await from.execute('migrate', { uri })
  const [stopped] = await Promise.all([
    from.waitForEvent('STOP', { timeoutMs }).then(async (event) => {
      await forwardToTap(twin)
      return event
    }),
    migrationCompleted(from, { who: `machine ${machine.name}`, timeoutMs }),
    migrationCompleted(to, { who: `twin of ${machine.name}`, timeoutMs }),
  ])
  // Only now: the first process goes on by itself when it could not send its state.
  await to.execute('cont')
  const resumed = await to.waitForEvent('RESUME', { timeoutMs: switchMs })
  await listenNoMore(machine.userNetwork?.forwards ?? [], from)
  await listen(twin, to)
  return { downtimeMs: resumed.at - stopped.at, totalMs: performance.now() - begunAt }
}

/**
 * Whether QEMU may forget what an emulated guest writes while it is copied, see `memoryBytes`. Memory that was plugged in can't
 * have a size of our choice: a guest's kernel takes it in whole blocks. Such a machine is stopped first. Pure.
 */
export function forgetsWrites(
  { plugged }: Pick<MachineRecord, 'plugged'>,
  accelerator: Accelerator,
): boolean {
  return accelerator === 'tcg' && (plugged?.memory.length ?? 0) > 0
}
