import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** Ends a connection so that its other side sees that something was wrong. */
export function cut(socket: Socket): void {
  // Of TLS there is no orderly end then, which says the same.
  if (socket.destroyed || socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}
