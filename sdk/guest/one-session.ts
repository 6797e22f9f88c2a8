/** Makes a gRPC channel out of one session, and of one only. */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js'

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>

/**
 * Lets gRPC dial a socket once and speaks HTTP/2 on the stream that `open` makes of it. gRPC would dial again by
 * itself when the session has ended: in the middle of a split the caller has to know instead.
 *
 * grpc-js calls the two methods with an underscore, which are no part of its published interface: its version is
 * pinned, and test/sdk/guest/one-session.test.ts guards what is used of it.
 */
export class OneSessionCredentials extends ChannelCredentials {
  readonly #open: (socket: Socket) => Promise<Duplex>
  #dialled = false

  constructor(open: (socket: Socket) => Promise<Duplex>) {
    super()
    this.#open = open
  }

  override _isSecure(): boolean {
    return false
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other
  }

  override _createSecureConnector(
    ..._target: Parameters<ChannelCredentials['_createSecureConnector']>
  ): SecureConnector {
    const credentials = CallCredentials.createEmpty()
    return {
      // Asked before the socket is connected: a second connection would take the machine's channel from others.
      waitForReady: async () => {
        if (this.#dialled) throw new Error('the session is over')
      },
      connect: async (socket) => {
        this.#dialled = true
        // The type asks for a socket, HTTP/2 for any duplex stream.
        return { socket: (await this.#open(socket)) as Socket, secure: false }
      },
      getCallCredentials: () => credentials,
      destroy: () => {},
    }
  }
}
