/**
 * Ends this process at once. `process.exit` would wait for the threads that are parked on the virtio port, which no
 * host may ever wake; a signal does not.
 *
 * @param outcome `done` counts as a success for systemd, `failed` makes it start the agent again
 */
export function endProcess(outcome: 'done' | 'failed'): void {
  const signal = outcome === 'done' ? 'SIGTERM' : 'SIGKILL'
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
