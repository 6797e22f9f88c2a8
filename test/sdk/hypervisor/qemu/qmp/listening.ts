import { setTimeout as delay } from 'node:timers/promises'
import { connectQmp } from '../../../../../sdk/hypervisor/qemu/qmp/client.ts'

/** Waits until a QEMU serves its monitor: the socket is there a moment before anybody listens on it. */
export async function listening(path: string): Promise<void> {
  const deadline = performance.now() + 10_000
  for (;;) {
    try {
      return (await connectQmp({ path, peer: 'QEMU' })).close()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await delay(5)
  }
}
