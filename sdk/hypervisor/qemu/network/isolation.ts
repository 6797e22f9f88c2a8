/**
 * Keeps a child off the network until it has an identity of its own. The guest's link stays up: going down and up
 * again would cost it its neighbours and its queue. Nothing that it sends leaves QEMU, and what is sent to it
 * waits for it there.
 */
import { option } from '../option.ts'
import type { QmpClient } from '../qmp/client.ts'

/** QEMU's name for the end of the network card that is on the host. */
export const networkBackend = 'net0'

/** In this order: what waited is handed over only when the guest's answers get through. */
const filters = ['outbound', 'inbound'] as const

/**
 * How long packets wait at most: then the guest gets them, though nothing that it answers gets through. It bounds
 * the memory that a sender can fill in QEMU.
 */
const longestWaitMicroseconds = 10_000_000

/** The arguments that start a QEMU isolated. Pure. */
export function isolation(): string[] {
  const nowhere = { id: 'outbound', netdev: networkBackend, queue: 'rx', outdev: 'nowhere' }
  const waiting = { id: 'inbound', netdev: networkBackend, queue: 'tx', interval: longestWaitMicroseconds }
  return [
    ...['-chardev', option('null', { id: 'nowhere' })],
    ...['-object', option('filter-redirector', nowhere)],
    ...['-object', option('filter-buffer', waiting)],
  ]
}

/** Ends the isolation and announces the guest's addresses. A machine that is not isolated only announces them. */
export async function endIsolation(monitor: QmpClient): Promise<void> {
  const objects = new Set((await monitor.execute('qom-list', { path: '/objects' })).map(({ name }) => name))
  const present = filters.filter((id) => objects.has(id))
  // QEMU runs them in this order; a wait for each answer would only be silence for clients.
  await Promise.all([
    ...present.map((id) => monitor.execute('object-del', { id })),
    monitor.execute('announce-self', announcement),
  ])
}

/** Milliseconds: at once, then after 50, 150 and 250 more. One may get lost where a switch still learns. */
const announcement = { initial: 50, max: 550, rounds: 4, step: 100 }
