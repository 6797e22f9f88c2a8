import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** Ends a connection so that its other side sees that something was wrong, unless all that it was to have is on its way to it. */
export function cut(socket: Socket): void {
  // Of TLS there is no orderly end then, which says the same.
  if (socket.destroyed || socket instanceof TLSSocket) socket.destroy()
  // In the moment in which the end is sent libuv refuses a reset, and Node takes it for closing all the same: it would stay for ever.
  else if (socket.writableEnded && !socket.writableFinished) socket.destroySoon()
  else socket.resetAndDestroy()
}
