/** State between QEMU processes: with the memory, or without it when children map it. */
import { FailedError } from '../../../../proto/errors.ts'
import type { QmpClient } from '../qmp/client.ts'
import type { QmpEvent } from '../qmp/message.ts'

/** Whether memory is sent, or mapped by whoever takes the state. */
type Memory = 'mapped' | 'sent'

export async function prepareMigration(
  monitor: QmpClient,
  { memory }: { memory: Memory } = { memory: 'mapped' },
): Promise<void> {
  const known = await monitor.execute('query-migrate-capabilities')
  const capabilities = wantedCapabilities(
    memory,
    known.map(({ capability }) => capability),
  )
  await monitor.execute('migrate-set-capabilities', { capabilities })
}

/**
 * What a QEMU does not know it does not do either, and need not be told; that it lacks what is needed, it says itself. Pure.
 *
 * @param known the capabilities that it knows
 */
export function wantedCapabilities(memory: Memory, known: readonly string[]) {
  return [
    // What is shared is not sent.
    { capability: 'x-ignore-shared', state: memory === 'mapped' },
    // Its progress comes as events.
    { capability: 'events', state: true },
    // A guest that writes faster than its memory can be sent is slowed down.
    { capability: 'auto-converge', state: memory === 'sent' },
  ].filter(({ capability, state }) => state || known.includes(capability))
}

/** Lets a QEMU that was started with `-incoming defer` listen for a parent's state. */
export async function listenForState(monitor: QmpClient, path: string): Promise<void> {
  await prepareMigration(monitor)
  await monitor.execute('migrate-incoming', { uri: `unix:${path}` })
}

/**
 * Waits until a QEMU has sent or taken all of the state.
 *
 * @param who for the message: 'parent shop'
 * @throws FailedError `STATE_NOT_HANDED_OVER`
 */
export async function migrationCompleted(
  monitor: QmpClient,
  options: { who: string; timeoutMs: number },
): Promise<QmpEvent> {
  const { who, timeoutMs } = options
  const isFinal = (data: Record<string, unknown>) => finalStates.has(String(data['status']))
  const event = await monitor.waitForEvent('MIGRATION', { timeoutMs, matches: isFinal })
  if (event.data['status'] === 'completed') return event
  throw new FailedError({
    code: 'STATE_NOT_HANDED_OVER',
    message: `the state of the ${who} could not be handed over: it ${event.data['status']}`,
    remedy: 'See qemu.log in the folders of the parent and its children.',
  })
}

/**
 * Waits until no migration is under way. Whoever was to receive the state must be gone already: that ends it.
 *
 * It is never cancelled: QEMU 7.2 lets a machine whose migration is cancelled in its last moments go on without giving it its
 * disks back, and ends with an assertion at the guest's next write.
 */
export async function migrationEnded(monitor: QmpClient, timeoutMs: number): Promise<void> {
  const isFinal = (data: Record<string, unknown>) => finalStates.has(String(data['status']))
  for (;;) {
    const { status } = await monitor.execute('query-migrate')
    if (status === undefined || finalStates.has(status) || status === 'none') return
    await monitor.waitForEvent('MIGRATION', { timeoutMs, matches: isFinal })
  }
}

const finalStates = new Set(['completed', 'failed', 'cancelled'])
