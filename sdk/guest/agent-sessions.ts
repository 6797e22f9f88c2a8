/** The sessions that one operation holds with agents: at most one for each machine, all freed together. */
import type { Socket } from 'node:net'
import type { Hypervisor } from '../hypervisor/hypervisor.ts'
import type { MachineRecord } from '../store/records.ts'
import type { AgentClient } from './agent-client.ts'
import { connectAgent } from './connect-agent.ts'
import { connectSocket } from './connect-socket.ts'

export interface AgentSessions extends AsyncDisposable {
  /**
   * The session with a machine's agent; begins one when there is none, or it is over, or could not be begun before. Throws what
   * connectAgent throws.
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
  const sessions = new Map<string, { begun: Promise<AgentClient>; isOver: () => boolean }>()
  const held = new Map<string, Socket>()
  const abort = new AbortController()

  const letGo = (name: string) => {
    held.get(name)?.destroy()
    held.delete(name)
  }

  const begin = (machine: MachineRecord, timeoutMs: number): Promise<AgentClient> => {
    const { name } = machine
    letGo(name)
    const former = sessions.get(name)?.begun
    const connect = async () => {
      await close(former)
      return await connectAgent({
        socketPath: options.hypervisor.agentSocket(machine),
        peer: `the agent of ${name}`,
        timeoutMs,
        signal: abort.signal,
      })
    }
    const session = { begun: connect(), isOver: () => false }
    sessions.set(name, session)
    session.begun.then(
      ({ isOver }) => Object.assign(session, { isOver }),
      // Whoever asks for it learns of the failure; nobody has to ask.
      () => Object.assign(session, { isOver: () => true }),
    )
    return session.begun
  }

  const end = async (name: string): Promise<void> => {
    letGo(name)
    const session = sessions.get(name)
    sessions.delete(name)
    await close(session?.begun)
  }

  return {
    of: (machine, timeoutMs = options.timeoutMs ?? 30_000) => {
      const session = sessions.get(machine.name)
      return session === undefined || session.isOver() ? begin(machine, timeoutMs) : session.begun
    },
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

async function close(session: Promise<AgentClient> | undefined): Promise<void> {
  const client = await session?.catch(() => undefined)
  await client?.close()
}
