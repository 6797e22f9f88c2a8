/** The sessions that one operation holds with agents: at most one for each machine, all freed together. */
import type { Socket } from 'node:net'
import type { Hypervisor } from '../hypervisor/hypervisor.ts'
import type { MachineRecord } from '../store/records.ts'
import type { AgentClient } from './agent-client.ts'
import { connectAgent } from './connect-agent.ts'
import { connectSocket } from './connect-socket.ts'

export interface AgentSessions extends AsyncDisposable {
  /**
   * The session with a machine's agent; begins one when there is none. Throws what connectAgent throws.
   *
   * @param timeoutMs how long the agent may take to answer for the first time. @default that of all sessions
   */
  of(machine: MachineRecord, timeoutMs?: number): Promise<AgentClient>
  /**
   * Holds the channel of a child that wakes, so that it notices no host that goes, until a session begins on it.
   *
   * @throws UnavailableError `NO_CHANNEL`
   */
  hold(machine: MachineRecord): Promise<void>
  /** Ends the session with a machine, if there is one. */
  end(machine: MachineRecord): Promise<void>
}

export interface AgentSessionsOptions {
  hypervisor: Pick<Hypervisor, 'agentSocket'>
  /** How long an agent may take to answer for the first time, in milliseconds. @default 30_000 */
  timeoutMs?: number
}

export function createAgentSessions(options: AgentSessionsOptions): AgentSessions {
  const sessions = new Map<string, Promise<AgentClient>>()
  const held = new Map<string, Socket>()
  const abort = new AbortController()

  const letGo = (name: string) => {
    held.get(name)?.destroy()
    held.delete(name)
  }

  const begin = (machine: MachineRecord, timeoutMs: number): Promise<AgentClient> => {
    letGo(machine.name)
    const session = connectAgent({
      socketPath: options.hypervisor.agentSocket(machine),
      peer: `the agent of ${machine.name}`,
      timeoutMs,
      signal: abort.signal,
    })
    // Whoever asks for it learns of the failure; nobody has to ask.
    session.catch(() => {})
    sessions.set(machine.name, session)
    return session
  }

  const end = async (name: string): Promise<void> => {
    letGo(name)
    const session = sessions.get(name)
    sessions.delete(name)
    const client = await session?.catch(() => undefined)
    await client?.close()
  }

  return {
    of: (machine, timeoutMs = options.timeoutMs ?? 30_000) =>
      sessions.get(machine.name) ?? begin(machine, timeoutMs),
    hold: async (machine) => {
      const path = options.hypervisor.agentSocket(machine)
      held.set(machine.name, await connectSocket(path, `the agent of ${machine.name}`))
    },
    end: (machine) => end(machine.name),
    async [Symbol.asyncDispose]() {
      abort.abort()
      await Promise.all([...sessions.keys(), ...held.keys()].map(end))
    },
  }
}
