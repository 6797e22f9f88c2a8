/** Listens on a unix socket that only the owner of the process may open. */
import { chmod, lstat, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { BusyError, UnavailableError } from './errors.ts'

export interface UnixSocketOptions {
  path: string
  onConnection: (socket: Socket) => void
  /** More are refused. */
  mostConnections: number
  /** When another process answers there. */
  taken: { code: string; remedy: string }
  /** When it can't be made. */
  failed: { code: string; remedy: string }
}

const answerMs = 1_000

/**
 * A socket file that nobody answers on is replaced.
 *
 * @returns what stops it: closes the connections and removes the file
 * @throws BusyError with the code of `taken`
 * @throws UnavailableError with the code of `failed`
 */
export async function listenOnUnixSocket(options: UnixSocketOptions): Promise<() => Promise<void>> {
  const { path, onConnection, taken, failed } = options
  const connections = new Set<Socket>()
  const server = createServer((socket) => {
    connections.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => connections.delete(socket))
    onConnection(socket)
  })
  server.maxConnections = options.mostConnections
  try {
    if (await answers(path)) {
      throw new BusyError({ message: `another process serves ${path}`, ...taken })
    }
    await removeSocket(path)
    await listenPrivately(server, path)
    await chmod(path, 0o600)
  } catch (cause) {
    server.close()
    if (cause instanceof BusyError) throw cause
    const message = `cannot listen on ${path}: ${(cause as Error).message}`
    throw new UnavailableError({ message, cause, ...failed })
  }
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of connections) socket.destroy()
    await closed
  }
}

/** Listens where nobody but the owner of the process may connect, from the first moment on. */
export function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Not even between bind and chmod. Node binds within listen().
    const mask = process.umask(0o177)
    try {
      server.listen(path, () => {
        server.off('error', reject)
        // One connection that could not be accepted, for want of descriptors for instance: its client sees it end.
        server.on('error', () => undefined)
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

/** Nothing else: a path that was mistyped may be somebody's file. */
async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found === undefined) return
  if (!found.isSocket()) throw new Error('there is something else than a socket')
  await rm(path, { force: true })
}
