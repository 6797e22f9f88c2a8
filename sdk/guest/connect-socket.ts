/** Connects to the host's end of a port of a machine. */
import { createConnection, type Socket } from 'node:net'
import { UnavailableError } from '../../proto/errors.ts'

const connectMs = 5_000

/**
 * What goes wrong later is in the socket's `close`.
 *
 * @param peer for messages, such as `the adopter of shop`
 * @throws UnavailableError `NO_CHANNEL` when nobody listens on the socket
 */
export async function connectSocket(path: string, peer: string): Promise<Socket> {
  const socket = createConnection(path)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`no connection within ${connectMs} ms`)), connectMs)
  socket.once('connect', resolve).on('error', reject)
  try {
    await promise
    return socket
  } catch (cause) {
    socket.destroy()
    throw new UnavailableError({
      code: 'NO_CHANNEL',
      message: `${peer} cannot be reached on ${path}`,
      remedy: 'Stop the machine and start it again, so that it gets the devices of this release.',
      cause,
    })
  } finally {
    clearTimeout(timer)
  }
}
