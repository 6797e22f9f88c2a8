/** Serves sessions on a unix socket in the guest: gRPC as it is, for root only. */
import { chmod, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { BusyError, UnavailableError } from '../../proto/errors.ts'

export interface UnixSocketOptions {
  path: string
  onSession: (stream: Duplex) => void
}

// Enough for tools of an admin; more would only take memory.
const mostConnections = 16
const answerMs = 1_000

/**
 * Listens, for the owner of the process only. A socket file that nobody answers on is replaced.
 *
 * @returns what stops it: closes the connections and removes the file
 * @throws BusyError `AGENT_RUNS` when another process answers there
 * @throws UnavailableError `SOCKET_FAILED`
 */
export async function serveUnixSocket(options: UnixSocketOptions): Promise<() => Promise<void>> {
  const { path, onSession } = options
  if (await answers(path)) {
    throw new BusyError({
      code: 'AGENT_RUNS',
      message: `another process serves ${path}`,
      remedy: 'Stop it first (systemctl stop cleave-agent), or set socket.path in /etc/cleave/agent.yaml.',
    })
  }
  const connections = new Set<Socket>()
  const server = createServer((socket) => {
    connections.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => connections.delete(socket))
    onSession(socket)
  })
  server.maxConnections = mostConnections
  try {
    await rm(path, { force: true })
    await listen(server, path)
    await chmod(path, 0o600)
  } catch (cause) {
    server.close()
    throw new UnavailableError({
      code: 'SOCKET_FAILED',
      message: `cannot listen on ${path}: ${(cause as Error).message}`,
      remedy: 'Check that its folder exists and that the agent runs as root.',
      cause,
    })
  }
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of connections) socket.destroy()
    await closed
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // The file must never be open to others, not even between bind and chmod. Node binds within listen().
    const mask = process.umask(0o177)
    try {
      server.listen(path, () => {
        server.off('error', reject)
        resolve()
      })
    } finally {
      process.umask(mask)
    }
  })
}

/** False when the file is missing or left over, as a refused connection shows. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const finish = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    // A full backlog: somebody listens.
    socket.setTimeout(answerMs, () => finish(true))
    socket.once('connect', () => finish(true))
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return finish(false)
      if (error.code === 'EAGAIN') return finish(true)
      reject(error)
    })
  })
}
