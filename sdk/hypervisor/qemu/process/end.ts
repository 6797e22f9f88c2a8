import { setTimeout as delay } from 'node:timers/promises'
import { FailedError } from '../../../../proto/errors.ts'
import { isAlive } from '../../../store/process-handle.ts'
import type { ProcessHandle } from '../../../store/records.ts'

/** How long QEMU may take to write its tables and leave. */
const graceMs = 2000
/** How long the kernel may take to end what can't refuse: with much memory to unmap, or a disk that hangs. */
const killMs = 10_000
/** There is no pidfd in Node: ended processes are looked for. */
const lookMs = 5

/**
 * Ends a QEMU process: SIGTERM, on which it closes its disks, then SIGKILL. Without effect when it has ended.
 *
 * @throws FailedError `PROCESS_STAYS` when the kernel does not end it
 */
export async function endProcess(handle: ProcessHandle): Promise<void> {
  signal(handle, 'SIGTERM')
  if (await hasEnded(handle, graceMs)) return
  signal(handle, 'SIGKILL')
  if (await hasEnded(handle, killMs)) return
  throw new FailedError({
    code: 'PROCESS_STAYS',
    message: `process ${handle.pid} did not end within ${killMs} ms of SIGKILL`,
    remedy: 'Its disk may hang: see the kernel log of the host (dmesg).',
  })
}

/** Waits for a process to end; false when it has not within the bound. */
export async function hasEnded(handle: ProcessHandle, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (isAlive(handle)) {
    if (performance.now() > deadline) return false
    await delay(lookMs)
  }
  return true
}

function signal(handle: ProcessHandle, name: NodeJS.Signals): void {
  if (!isAlive(handle)) return
  try {
    process.kill(handle.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
