import { setTimeout as delay } from 'node:timers/promises'
import type { Hypervisor } from '../../../sdk/hypervisor/hypervisor.ts'
import type { Store } from '../../../sdk/store/store.ts'

/** Resolves in the middle of the move of a machine to its twin, and answers the twin. */
export async function whileCopied(ports: { store: Store; hypervisor: Hypervisor }, name: string) {
  const deadline = performance.now() + 20_000
  for (;;) {
    const { twin, ...machine } = ports.store.machines.get(name)
    const record = { ...machine, ...twin }
    // Its monitor may not answer yet.
    const status = twin && (await ports.hypervisor.status(record).catch(() => undefined))
    if (status === 'waiting') {
      await delay(20)
      return record
    }
    if (performance.now() > deadline) throw new Error(`${name} has no twin that waits`)
    await delay(5)
  }
}
