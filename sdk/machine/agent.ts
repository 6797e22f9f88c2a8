/** Short conversations with a machine's agent. */
import { BusyError, RefusedError } from '../../proto/errors.ts'
import type { AgentClient } from '../guest/agent-client.ts'
import { createAgentSessions } from '../guest/agent-sessions.ts'
import { holderOf } from './holder.ts'
import type { Ports } from './ports.ts'
import { unlessAborted } from './unless-aborted.ts'

export interface ConversationOptions {
  /** Breaks the conversation off, and frees the channel. The agent may finish what it was asked. */
  signal?: AbortSignal
}

/**
 * Connects to the agent, hands it to `use` and ends the session.
 *
 * @throws NotFoundError `MACHINE_NOT_FOUND`
 * @throws RefusedError `MACHINE_NOT_RUNNING`
 * @throws BusyError `MACHINE_BUSY` while an operation talks to the agent
 * @throws UnansweredError `NO_ANSWER` when the agent does not answer within 10 seconds
 * @throws the reason of `signal`
 */
export async function withAgent<Result>(
  { store, hypervisor }: Ports,
  name: string,
  use: (agent: AgentClient) => Promise<Result>,
  { signal }: ConversationOptions = {},
): Promise<Result> {
  const machine = store.machines.get(name)
  const holder = holderOf(store, machine)
  if (holder && holder.owner.pid !== process.pid) {
    throw new BusyError({
      code: 'MACHINE_BUSY',
      message: `${name} is in the middle of ${holder.operation} (process ${holder.owner.pid})`,
      remedy: 'Wait until that has ended, then try again.',
    })
  }
  const status = await hypervisor.status(machine)
  if (status !== 'running') {
    throw new RefusedError({
      code: 'MACHINE_NOT_RUNNING',
      message: `${name} is ${machine.state === 'split' ? 'split' : status}: nobody answers in it`,
      remedy: machine.state === 'split' ? 'Ask one of its children.' : `Start it: cleave vm start ${name}`,
    })
  }
  await using agents = createAgentSessions({ hypervisor, timeoutMs: 10_000 })
  return await unlessAborted(async () => use(await agents.of(machine)), signal)
}
