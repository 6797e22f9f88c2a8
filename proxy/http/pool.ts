/** Connections to one backend that no request uses at the moment. */
import type { Socket } from 'node:net'
import type { BackendConnection } from '../dial.ts'

/** Whoever uses a connection to a backend. */
export interface UpstreamUser {
  /** @returns false while the bytes are still needed */
  onData(chunk: Buffer): boolean
  /** The backend says no more. */
  onEnd(): void
  onDrain(): void
  /** It is over, for whatever reason. Called once. */
  onClose(): void
}

export interface Upstream {
  readonly socket: Socket
  /** It carried a request before. */
  isUsed: boolean
  user: UpstreamUser | undefined
}

export interface Pool {
  take(): Upstream | undefined
  /** Keeps a connection for the next request. */
  give(upstream: Upstream): void
  close(): void
}

const mostIdle = 256
const longestIdleMs = 30_000

/** Listens once for all requests that the connection will carry. */
export function createUpstream(connection: BackendConnection): Upstream {
  const { socket } = connection
  const upstream: Upstream = { socket, isUsed: false, user: undefined }
  connection.receive = (chunk) => {
    if (upstream.user !== undefined) return upstream.user.onData(chunk)
    // A backend that speaks without being asked.
    socket.destroy()
    return true
  }
  socket.on('end', () => {
    if (upstream.user === undefined) socket.destroy()
    else upstream.user.onEnd()
  })
  socket.on('drain', () => upstream.user?.onDrain())
  socket.on('error', () => {})
  socket.on('close', () => {
    const { user } = upstream
    upstream.user = undefined
    user?.onClose()
  })
  return upstream
}

export function createPool(): Pool {
  // The last one given is taken first: so those that are too many grow old.
  const idle: { upstream: Upstream; since: number }[] = []
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const sweep = (): void => {
    timer = undefined
    const oldest = performance.now() - longestIdleMs
    while (idle[0] !== undefined && idle[0].since < oldest) idle.shift()?.upstream.socket.destroy()
    if (idle.length > 0) sweepLater()
  }
  const sweepLater = (): void => {
    timer ??= setTimeout(sweep, longestIdleMs / 2).unref()
  }

  return {
    take: () => {
      for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
        const { socket } = last.upstream
        if (!socket.destroyed && socket.readable) return last.upstream
      }
      return undefined
    },
    give: (upstream) => {
      upstream.user = undefined
      upstream.isUsed = true
      // A slow client may have held it up.
      upstream.socket.resume()
      if (closed || idle.length >= mostIdle) {
        upstream.socket.destroy()
        return
      }
      idle.push({ upstream, since: performance.now() })
      sweepLater()
    },
    close: () => {
      closed = true
      clearTimeout(timer)
      for (const { upstream } of idle.splice(0)) upstream.socket.destroy()
    },
  }
}
