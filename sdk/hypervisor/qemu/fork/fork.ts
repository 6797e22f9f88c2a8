/** The pause of a stateful split: one parent stops, all its children run. */
import { FailedError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import type { Fork, PauseTimings } from '../../handover.ts'
import { machineFiles } from '../machine-files.ts'
import { forwardToTap } from '../network/forwarding.ts'
import { findProcess } from '../process/find.ts'
import type { QmpClient } from '../qmp/client.ts'
import { migrationCompleted, migrationEnded, prepareMigration } from './migration.ts'
import { precede } from './precedence.ts'
import { openRelay } from './relay.ts'
import { pauseTimings } from './timings.ts'

/** A machine with its monitor. */
export interface Monitored {
  machine: MachineRecord
  monitor: QmpClient
}

/** The bound of each wait in the pause. It takes tens of milliseconds; this is when something hangs. */
const pauseMs = 5000

/**
 * Children must listen for the state already. The parent is not told to stop: it does so itself once it has
 * prepared what it will send, which keeps that preparation out of the pause.
 */
export async function prepareFork(options: {
  parent: Monitored
  children: readonly Monitored[]
}): Promise<Fork> {
  const { parent, children } = options
  await using resources = new AsyncDisposableStack()
  await prepareMigration(parent.monitor)
  const relay = resources.use(
    await openRelay({
      from: machineFiles(parent.machine).outgoing,
      to: children.map(({ machine }) => machineFiles(machine).incoming),
    }),
  )
  const precedence = resources.use(new DisposableStack())
  let precedes = false
  const owned = resources.move()
  return {
    async precede() {
      if (precedes) return
      precedes = true
      precedence.use(await precede(threadsOfPause(children)))
    },
    async run() {
      const heir = children.find(({ machine }) => machine.macAddress === parent.machine.macAddress)
      try {
        if (heir !== undefined) await forwardToTap(heir.machine)
        return await handOver(parent, children, relay.done)
      } catch (error) {
        await relay[Symbol.asyncDispose]()
        await stopForGood(parent, error)
        throw error
      } finally {
        precedence.dispose()
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Those that load the state, and this one, which hands it to them and lets them run. */
function threadsOfPause(children: readonly Monitored[]): number[] {
  return [process.pid, ...children.flatMap(({ machine }) => findProcess(machine)?.pid ?? [])]
}

async function stopForGood({ machine, monitor }: Monitored, failure: unknown): Promise<void> {
  try {
    await migrationEnded(monitor, pauseMs)
    await monitor.execute('stop')
  } catch (error) {
    throw new FailedError({
      code: 'PARENT_NOT_STOPPED',
      message: `the state of ${machine.name} could not be handed over, and then it could not be stopped`,
      remedy: `See what it does: cleave vm show ${machine.name}`,
      cause: new AggregateError([failure, error]),
    })
  }
}

async function handOver(
  parent: Monitored,
  children: readonly Monitored[],
  relayed: Promise<void>,
): Promise<PauseTimings> {
  await parent.monitor.execute('migrate', { uri: `unix:${machineFiles(parent.machine).outgoing}` })
  const [stopped, saved, loaded] = await Promise.all([
    parent.monitor.waitForEvent('STOP', { timeoutMs: pauseMs }),
    migrationCompleted(parent.monitor, { who: `parent ${parent.machine.name}`, timeoutMs: pauseMs }),
    Promise.all(
      children.map(({ machine, monitor }) =>
        migrationCompleted(monitor, { who: `child ${machine.name}`, timeoutMs: pauseMs }),
      ),
    ),
    relayed,
  ])
  // Only now: the parent goes on by itself when it could not send its state, and no child may run then.
  const resumed = await Promise.all(children.map(({ monitor }) => resume(monitor)))
  return pauseTimings({
    stopped: stopped.at,
    saved: saved.at,
    loaded: loaded.map(({ at }) => at),
    resumed: resumed.map(({ at }) => at),
  })
}

async function resume(monitor: QmpClient) {
  await monitor.execute('cont')
  return await monitor.waitForEvent('RESUME', { timeoutMs: pauseMs })
}
