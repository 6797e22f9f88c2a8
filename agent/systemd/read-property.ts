import type { Bus } from './bus.ts'
import type { PropertyName } from './unit-properties.ts'

/**
 * Asks systemd for one property of an object of its own.
 *
 * @throws FailedError `SYSTEMD_FAILED` with what systemd says
 */
export async function readProperty(
  bus: Bus,
  { path, interface: name, property }: PropertyName & { path: string },
): Promise<unknown> {
  const method = { path, interface: 'org.freedesktop.DBus.Properties', member: 'Get' }
  return await bus.call(method, 'ss', name, property)
}
