/** Ends TLS here, in place of a backend. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Context } from '../context.ts'
import type { Certificate } from './certificates.ts'

export interface EndTlsOptions {
  socket: Socket
  /** What came already. */
  first: Buffer
  certificate: Certificate
  /** ALPN protocols to choose from; with none of them there is no choice, and any client may come. */
  protocols: string[]
  context: Context
}

/** @param onSecure not called when the client goes away, is too slow or does not get on with the certificate */
export function endTls(
  { socket, first, certificate, protocols, context }: EndTlsOptions,
  onSecure: (secure: TLSSocket) => void,
): void {
  socket.unshift(first)
  const secure = new TLSSocket(socket, {
    isServer: true,
    secureContext: certificate.context,
    ...(protocols.length > 0 && { ALPNProtocols: protocols }),
  })
  const unwatch = context.deadlines.watch({
    deadline: performance.now() + context.settings.timeouts.head,
    expire: () => secure.destroy(),
  })
  // A close follows, which counts.
  secure.on('error', () => {})
  secure.once('close', () => {
    unwatch()
    socket.destroy()
  })
  secure.once('secure', () => {
    unwatch()
    onSecure(secure)
  })
}
