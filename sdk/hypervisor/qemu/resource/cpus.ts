/** Processors that are plugged into a machine that runs. */
import { UnavailableError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import type { QmpClient } from '../qmp/client.ts'
import { processorPlace } from './devices.ts'
import { waitForTranslationRoom } from './translation-room.ts'

/** The most that its process can have. */
export async function mostCpus(monitor: QmpClient): Promise<number> {
  return (await monitor.execute('query-hotpluggable-cpus')).length
}

export interface PlugCpusOptions {
  machine: MachineRecord
  count: number
  monitor: QmpClient
  /** See `ResourcePlugging.plugCpus`. */
  nudge?: (() => Promise<unknown>) | undefined
}

/**
 * Plugs processors in until there are so many, those with the lowest numbers first. May be repeated.
 *
 * @returns how many there are
 * @throws UnavailableError `TOO_MANY_CPUS`, `CPU_NOT_NOW`
 */
export async function plugCpus({ machine, count, monitor, nudge }: PlugCpusOptions): Promise<number> {
  const places = await monitor.execute('query-hotpluggable-cpus')
  const free = places
    .filter((place) => place['qom-path'] === undefined)
    .map(({ type, props }) => ({ type, core: props['core-id'] ?? 0 }))
    .sort((one, other) => one.core - other.core)
  const most = places.length
  let present = most - free.length
  if (count > most) throw tooManyCpus(machine, most)
  for (const { type, core } of free.slice(0, Math.max(0, count - present))) {
    await waitForTranslationRoom({ machine, processors: { present, most }, monitor, nudge })
    await monitor.execute('device_add', { driver: type, ...processorPlace(core) })
    present += 1
  }
  return present
}

function tooManyCpus({ name }: MachineRecord, most: number): UnavailableError {
  return new UnavailableError({
    code: 'TOO_MANY_CPUS',
    message: `${name} can have ${most} processors at most while it runs`,
    remedy: 'Ask for fewer; or stop it, and start it with more.',
  })
}
