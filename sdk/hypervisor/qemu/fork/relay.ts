/** Hands one stream of device state to several children at once, as it comes. */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import { FailedError } from '../../../../proto/errors.ts'

export interface Relay extends AsyncDisposable {
  /** Resolves when every child has been given all of the state, rejects when one can't be any more. */
  readonly done: Promise<void>
  /** Frees the sockets: what was not handed over yet never will be. May be repeated. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Device state takes half a megabyte. Far more than that is not ours. */
const longestState = 64 * 1024 * 1024

/**
 * Listens where the parent will send its state, and connects to where the children will take it.
 *
 * @param options.from the path of the parent's socket, made here
 * @param options.to the paths of the children's sockets
 * @throws FailedError `CHILD_UNREACHABLE`
 */
export async function openRelay({ from, to }: { from: string; to: readonly string[] }): Promise<Relay> {
  const sockets: Socket[] = []
  const failure = Promise.withResolvers<never>()
  const own = (socket: Socket): Socket => {
    sockets.push(socket)
    return socket.on('error', (error) => failure.reject(handOverFailed(error)))
  }
  const sinks = to.map((path) => own(createConnection({ path, allowHalfOpen: true })))
  const server = createServer({ allowHalfOpen: true })
  const done = Promise.race([
    handOver(server, sinks, own).catch((error) => Promise.reject(handOverFailed(error))),
    failure.promise,
  ])
  // An error that comes before anybody waits for the end is told to whoever waits then.
  done.catch(() => {})
  const close = async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await rm(from, { force: true })
  }
  try {
    await Promise.race([Promise.all(sinks.map((sink) => once(sink, 'connect'))), failure.promise])
    await rm(from, { force: true })
    server.listen(from)
    await once(server, 'listening')
    return { done, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

async function handOver(
  server: Server,
  sinks: readonly Socket[],
  own: (socket: Socket) => Socket,
): Promise<void> {
  const [source] = (await once(server, 'connection')) as [Socket]
  let size = 0
  own(source).on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > longestState) source.destroy(new Error(`it is longer than ${longestState} bytes`))
    // However slow a child is: while QEMU waits to be rid of its state, it answers nobody, not even on its monitor.
    else for (const sink of sinks) sink.write(chunk)
  })
  await finished(source, { writable: false })
  await Promise.all(sinks.map((sink) => finished(sink.end(), { readable: false })))
}

function handOverFailed(cause: Error): FailedError {
  return new FailedError({
    code: 'CHILD_UNREACHABLE',
    message: `the state of the parent can't be handed to every child: ${cause.message}`,
    remedy: 'A child has most likely ended: see qemu.log in its folder.',
    cause,
  })
}
