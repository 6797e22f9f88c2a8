import { RefusedError } from '../../proto/errors.ts'
import type { AgentClient } from '../guest/agent-client.ts'
import { createAgentSessions } from '../guest/agent-sessions.ts'
import type { MachineRecord } from '../store/records.ts'
import { bootMachine } from './boot.ts'
import { bootedAgent } from './booted-agent.ts'
import { drawEntropy, identityOf, wallClockMicroseconds } from './identity.ts'
import type { Ports } from './ports.ts'

export interface StartOptions {
  /** How long the agent may take to answer after the start. @default 300_000 */
  timeoutMs?: number
}

/**
 * Starts a machine and waits for its agent; a machine that never ran gets an identity of its own.
 *
 * @throws RefusedError `MACHINE_SPLIT`, `MACHINE_RUNNING`
 * @throws BusyError `MACHINE_BUSY`
 * @throws UnavailableError when the host lacks memory, space or rights
 * @throws UnansweredError `NO_ANSWER` when no agent answers in time: the machine goes on running
 */
export async function startMachine(ports: Ports, name: string, options: StartOptions = {}): Promise<void> {
  const { store, hypervisor } = ports
  using _lock = store.locks.lockMachine(name, 'start', { whileParentInterrupted: true })
  const machine = store.machines.get(name)
  refuseUnlessStartable(machine)
  const isRunning = (await hypervisor.status(machine)) !== 'absent'
  if (isRunning && machine.established) {
    throw new RefusedError({
      code: 'MACHINE_RUNNING',
      message: `${name} runs already`,
      remedy: `See \`cleave vm show ${name}\`.`,
    })
  }
  // An earlier start may have given up on the agent: then the machine runs, but has no identity yet.
  const running = isRunning ? machine : await bootMachine(ports, name)
  await using agents = createAgentSessions({ hypervisor })
  const agent = await bootedAgent({ hypervisor, agents, machine: running, timeoutMs: options.timeoutMs })
  if (!running.established) await establish(ports, running, agent)
}

async function establish(
  { store, hypervisor }: Ports,
  machine: MachineRecord,
  agent: AgentClient,
): Promise<void> {
  await agent.establish({
    identity: identityOf(machine),
    entropy: drawEntropy(),
  })
  await agent.setWallClock(wallClockMicroseconds())
  store.machines.update(machine.name, { established: true })
  await hypervisor.connect(machine)
}

function refuseUnlessStartable({ name, state }: MachineRecord): void {
  if (state !== 'split' && state !== 'preparing') return
  throw new RefusedError({
    code: 'MACHINE_SPLIT',
    message:
      state === 'split'
        ? `${name} was split: its groups run in its children, and a second run of them would not be exactly once`
        : `${name} is being made by a split`,
    remedy: 'See `cleave vm list` for its children.',
  })
}
