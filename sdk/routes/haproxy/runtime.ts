/** HAProxy's runtime API: lines to a unix socket. */
import { connect } from 'node:net'
import { UnansweredError, UnavailableError } from '../../../proto/errors.ts'
import { publisherMs } from '../publisher.ts'

const mostBytes = 4_000_000

/**
 * Sends commands as one line and reads the whole answer, in which an empty line follows each command's.
 *
 * @throws UnavailableError `PUBLISHER_UNREACHABLE`
 * @throws UnansweredError `PUBLISHER_SILENT`
 */
export async function askHaproxy(socket: string, commands: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const connection = connect(socket)
  const parts: Buffer[] = []
  let size = 0
  connection.setTimeout(publisherMs)
  const deadline = setTimeout(() => reject(silent(socket, `within ${publisherMs / 1000} s`)), publisherMs)
  connection
    .once('error', (error) => reject(unreachable(socket, error)))
    .on('data', (part) => {
      parts.push(part)
      size += part.length
      if (size > mostBytes) reject(silent(socket, `in ${mostBytes} bytes`))
    })
    // HAProxy closes it when it has answered.
    .once('end', () => resolve(Buffer.concat(parts).toString()))
    .write(`${commands.join(';')}\n`)
  try {
    return await promise
  } finally {
    clearTimeout(deadline)
    connection.destroy()
  }
}

function unreachable(socket: string, cause: Error): UnavailableError {
  return new UnavailableError({
    code: 'PUBLISHER_UNREACHABLE',
    message: `HAProxy can't be reached at ${socket}: ${cause.message}`,
    remedy: 'See that it runs and has `stats socket PATH level admin` (docs/routes.md).',
    cause,
  })
}

function silent(socket: string, bound: string): UnansweredError {
  return new UnansweredError({
    code: 'PUBLISHER_SILENT',
    message: `HAProxy at ${socket} gave no whole answer ${bound}`,
    remedy: 'See what it does, then try again.',
  })
}
