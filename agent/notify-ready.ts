import { execa } from 'execa'

/**
 * Tells systemd that the service is up. Node cannot send datagrams on unix sockets, so one short process does,
 * in the name of this one. Does nothing when systemd did not ask for it.
 */
export async function notifyReady(): Promise<void> {
  if (process.env['NOTIFY_SOCKET'] === undefined) return
  await execa('systemd-notify', ['--ready', `--pid=${process.pid}`], { timeout: 10_000 })
  // What the agent starts later has nothing to say to systemd in its name.
  delete process.env['NOTIFY_SOCKET']
}
