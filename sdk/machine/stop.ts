import { UnansweredError, UnavailableError } from '../../proto/errors.ts'
import { createAgentSessions } from '../guest/agent-sessions.ts'
import type { Hypervisor } from '../hypervisor/hypervisor.ts'
import type { MachineRecord } from '../store/records.ts'
import type { Ports } from './ports.ts'

export interface StopOptions {
  /** How long the guest may take to power off before it is ended. @default 60_000 */
  graceMs?: number
}

/**
 * Powers a machine off. That may be what an interrupted merge or resize waits for: a machine that hangs.
 *
 * @returns `orderly` when the guest did it itself, `ended` when it had to be ended, `absent` when it did not run
 * @throws BusyError `MACHINE_BUSY`
 */
export async function stopMachine(
  { store, hypervisor }: Ports,
  name: string,
  options: StopOptions = {},
): Promise<'orderly' | 'ended' | 'absent'> {
  const interrupted = { whileParentInterrupted: true, besideInterrupted: true }
  using _lock = store.locks.lockMachine(name, 'stop', interrupted)
  return await powerOff({ store, hypervisor }, store.machines.get(name), options)
}

/** The same, for whoever has the machine's lock. */
export async function powerOff(
  { store, hypervisor }: Pick<Ports, 'store' | 'hypervisor'>,
  machine: MachineRecord,
  options: StopOptions = {},
): Promise<'orderly' | 'ended' | 'absent'> {
  const status = await hypervisor.status(machine)
  if (status === 'running') await askAgent(hypervisor, machine)
  const outcome =
    status === 'absent' ? status : await hypervisor.shutdown(machine, { graceMs: options.graceMs ?? 60_000 })
  await hypervisor.end(machine)
  if (machine.state === 'running') store.machines.update(machine.name, { state: 'stopped' })
  return outcome
}

/** A guest without a session manager does not react to its power button. One without an agent has nothing else. */
async function askAgent(hypervisor: Hypervisor, machine: MachineRecord): Promise<void> {
  await using agents = createAgentSessions({ hypervisor, timeoutMs: 5_000 })
  try {
    const agent = await agents.of(machine)
    await agent.powerOff()
  } catch (error) {
    if (error instanceof UnansweredError || error instanceof UnavailableError) return
    throw error
  }
}
