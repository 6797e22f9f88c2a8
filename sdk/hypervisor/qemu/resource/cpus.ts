/** Processors that are plugged into a machine that runs. */
import { UnavailableError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import type { QmpClient } from '../qmp/client.ts'
import { processorPlace } from './devices.ts'

/** The most that its process can have. */
export async function mostCpus(monitor: QmpClient): Promise<number> {
  return (await monitor.execute('query-hotpluggable-cpus')).length
}

/**
 * Plugs processors in until there are so many, those with the lowest numbers first. May be repeated.
 *
 * @returns how many there are
 * @throws UnavailableError `TOO_MANY_CPUS`
 */
export async function plugCpus(machine: MachineRecord, count: number, monitor: QmpClient): Promise<number> {
  const places = await monitor.execute('query-hotpluggable-cpus')
  const free = places
    .filter((place) => place['qom-path'] === undefined)
    .map(({ type, props }) => ({ type, core: props['core-id'] ?? 0 }))
    .sort((one, other) => one.core - other.core)
  const present = places.length - free.length
  if (count > places.length) throw tooManyCpus(machine, places.length)
  for (const { type, core } of free.slice(0, Math.max(0, count - present)))
    await monitor.execute('device_add', { driver: type, ...processorPlace(core) })
  return Math.max(present, count)
}

function tooManyCpus({ name }: MachineRecord, most: number): UnavailableError {
  return new UnavailableError({
    code: 'TOO_MANY_CPUS',
    message: `${name} can have ${most} processors at most while it runs`,
    remedy: 'Ask for fewer; or stop it, and start it with more.',
  })
}
