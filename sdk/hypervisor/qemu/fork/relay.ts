/** Hands one stream of device state to several children at once, as it comes. */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createConnection, createServer, type Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import { FailedError } from '../../../../proto/errors.ts'

export interface Relay extends AsyncDisposable {
  /** Resolves when every child has been given all of the state, rejects when one can't be any more. */
  readonly done: Promise<void>
  /** Frees the sockets: what was not handed over yet never will be. May be repeated. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Device state takes half a megabyte. Far more than that is not ours, and must not go on for ever. */
const longestState = 256 * 1024 * 1024

/**
 * Listens where the parent will send its state, and connects to where the children will take it.
 *
 * @param options.from the path of the parent's socket, made here
 * @param options.to the paths of the children's sockets
 * @throws FailedError `CHILD_UNREACHABLE`
 */
export async function openRelay({ from, to }: { from: string; to: readonly string[] }): Promise<Relay> {
  await using resources = new AsyncDisposableStack()
  const failure = Promise.withResolvers<never>()
  const own = (socket: Socket) => {
    socket.on('error', (error) => failure.reject(handOverFailed(error)))
    resources.defer(() => void socket.destroy())
  }
  const sinks = to.map((path) => createConnection({ path }))
  sinks.forEach(own)
  const server = createServer({ allowHalfOpen: true })
  resources.defer(() => void server.close())
  // Before the wait for the children: an error that comes meanwhile belongs to somebody.
  const done = Promise.race([handOver(server, sinks, own), failure.promise])
  done.catch(() => {})

  await Promise.race([Promise.all(sinks.map((sink) => once(sink, 'connect'))), failure.promise])
  await rm(from, { force: true })
  resources.defer(() => rm(from, { force: true }))
  server.listen(from)
  await once(server, 'listening')
  const opened = resources.move()
  return { done, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

async function handOver(
  server: ReturnType<typeof createServer>,
  sinks: readonly Socket[],
  own: (socket: Socket) => void,
): Promise<void> {
  const [source] = (await once(server, 'connection')) as [Socket]
  own(source)
  let size = 0
  source.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > longestState) source.destroy(new Error(`it is longer than ${longestState} bytes`))
  })
  // A pipe waits for the slowest sink: no more than a few buffers are kept here.
  for (const sink of sinks) source.pipe(sink)
  await Promise.all(sinks.map((sink) => finished(sink, { readable: false })))
}

function handOverFailed(cause: Error): FailedError {
  return new FailedError({
    code: 'CHILD_UNREACHABLE',
    message: `the state of the parent can't be handed to every child: ${cause.message}`,
    remedy: 'A child has most likely ended: see qemu.log in its folder.',
    cause,
  })
}
