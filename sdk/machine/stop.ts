import type { Ports } from './ports.ts'

export interface StopOptions {
  /** How long the guest may take to power off before it is ended. @default 60_000 */
  graceMs?: number
}

/**
 * Powers a machine off.
 *
 * @returns `orderly` when the guest did it itself, `ended` when it had to be ended, `absent` when it did not run
 * @throws BusyError `MACHINE_BUSY`
 */
export async function stopMachine(
  { store, hypervisor }: Ports,
  name: string,
  options: StopOptions = {},
): Promise<'orderly' | 'ended' | 'absent'> {
  using _lock = store.locks.lockMachine(name, 'stop')
  const machine = store.machines.get(name)
  const status = await hypervisor.status(machine)
  const outcome =
    status === 'absent' ? status : await hypervisor.shutdown(machine, { graceMs: options.graceMs ?? 60_000 })
  await hypervisor.end(machine)
  if (machine.state === 'running') store.machines.update(name, { state: 'stopped' })
  return outcome
}
