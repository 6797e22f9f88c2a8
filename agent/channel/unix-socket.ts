/** Serves sessions on a unix socket in the guest: gRPC as it is, for root only. */
import type { Duplex } from 'node:stream'
import { listenOnUnixSocket } from '../../proto/unix-socket.ts'

export interface AgentSocketOptions {
  path: string
  onSession: (stream: Duplex) => void
}

// Enough for tools of an admin; more would only take memory.
const mostConnections = 16

/**
 * Listens, for the owner of the process only. A socket file that nobody answers on is replaced.
 *
 * @returns what stops it: closes the connections and removes the file
 * @throws BusyError `AGENT_RUNS` when another process answers there
 * @throws UnavailableError `SOCKET_FAILED`
 */
export function serveUnixSocket({ path, onSession }: AgentSocketOptions): Promise<() => Promise<void>> {
  return listenOnUnixSocket({
    path,
    onConnection: onSession,
    mostConnections,
    taken: {
      code: 'AGENT_RUNS',
      remedy: 'Stop it first (systemctl stop cleave-agent), or set socket.path in /etc/cleave/agent.yaml.',
    },
    failed: {
      code: 'SOCKET_FAILED',
      remedy: 'Check that its folder exists and that the agent runs as root.',
    },
  })
}
