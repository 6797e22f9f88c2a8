/** Takes the state that QEMU sends, and writes it to a file. */
import { once } from 'node:events'
import { type FileHandle, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { type CleaveError, FailedError, UnavailableError } from '../../../../proto/errors.ts'

export interface Receiver extends AsyncDisposable {
  /** Resolves when all was written, rejects when it can't be any more. */
  readonly done: Promise<void>
  /** Ends the connection: whoever still sends fails. May be repeated. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface ReceiveOptions {
  /** The path of the socket, made here. */
  from: string
  /** Closed when all was written, or can't be. */
  to: FileHandle
  /** More bytes than this are no state of the machine. */
  longest: number
}

/** Few large writes: the machine stands still meanwhile. */
const writeBytes = 1024 * 1024

/** Listens where the state will be sent to, and writes what comes from the first who connects. */
export async function receiveState({ from, to, longest }: ReceiveOptions): Promise<Receiver> {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket))
  const closing = new AbortController()
  const close = async () => {
    closing.abort()
    server.close()
    for (const socket of sockets) socket.destroy()
    await rm(from, { force: true })
  }
  await rm(from, { force: true })
  server.listen(from)
  await once(server, 'listening')
  const done = write(server, to, longest, closing.signal)
  // An error that comes before anybody waits for the end is told to whoever waits then.
  done.catch(() => {})
  return { done, [Symbol.asyncDispose]: close }
}

async function write(server: Server, to: FileHandle, longest: number, signal: AbortSignal): Promise<void> {
  try {
    const [source] = (await once(server, 'connection', { signal })) as [Socket]
    await pipeline(source, bounded(longest), to.createWriteStream({ highWaterMark: writeBytes }), {
      signal,
    })
  } catch (error) {
    throw notWritten(error)
  }
}

function bounded(longest: number) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let size = 0
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > longest) throw new Error(`it is longer than ${longest} bytes`)
      yield chunk
    }
  }
}

function notWritten(cause: unknown): CleaveError {
  const message = cause instanceof Error ? cause.message : String(cause)
  if ((cause as NodeJS.ErrnoException).code === 'ENOSPC')
    return new UnavailableError({
      code: 'NO_SPACE',
      message: 'no space is left for the state file',
      remedy: 'Free some space, or use a home folder on a larger disk.',
      cause,
    })
  return new FailedError({
    code: 'STATE_NOT_SAVED',
    message: `the state file could not be written: ${message}`,
    remedy: 'See the disk of the home folder, and qemu.log in the folder of the machine.',
    cause,
  })
}
