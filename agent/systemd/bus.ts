/** systemd's own D-Bus socket: the one by which systemctl speaks to it as root. */
import type { Message } from 'dbus-native'
import { FailedError } from '../../proto/errors.ts'
import { type Connection, connect, messageType } from './connection.ts'

export interface Bus {
  /**
   * Calls a method of systemd.
   *
   * @param signature D-Bus types of the arguments, such as `ss`
   * @returns what it answers first
   * @throws FailedError `SYSTEMD_FAILED` with what systemd says; see {@link isNoSuchUnit}
   */
  call(method: Method, signature?: string, ...values: unknown[]): Promise<unknown>
  /**
   * Has `listener` called with the values of each signal of systemd's manager that has this name.
   *
   * @returns what ends that
   */
  listen(signal: string, listener: (...values: unknown[]) => void): () => void
}

/** @throws FailedError `SYSTEMD_FAILED` when systemd does not answer, or hangs up */
export type UseBus = <Result>(use: (bus: Bus) => Promise<Result>) => Promise<Result>

export interface Method {
  /** @default systemd's manager */
  path?: string
  /** @default systemd's manager */
  interface?: string
  member: string
}

const privateSocket = '/run/systemd/private'
export const managerPath = '/org/freedesktop/systemd1'
export const managerInterface = 'org.freedesktop.systemd1.Manager'

/**
 * A connection is open for as long as somebody uses it: none outlives a systemd that starts itself anew. Uses at the same time
 * share one, as systemd tells each connection of everything that happens to any unit; so does a use that begins as soon as
 * another is done.
 *
 * @param socket for tests
 */
export function createUseBus(socket = privateSocket): UseBus {
  let open: { connection: Promise<Connection>; users: number } | undefined
  const closeUnused = (mine: NonNullable<typeof open>) => {
    if (mine.users > 0) return
    if (open === mine) open = undefined
    mine.connection.then(
      (connection) => connection[Symbol.dispose](),
      () => undefined,
    )
  }
  return async (use) => {
    open ??= { connection: connect(socket), users: 0 }
    const mine = open
    mine.users += 1
    try {
      const connection = await mine.connection.catch(cannotAsk)
      const lost = connection.lost.catch((error) => {
        // Whoever comes next tries anew.
        if (open === mine) open = undefined
        cannotAsk(error)
      })
      // Told by the race; afterwards the connection is closed on purpose.
      lost.catch(() => undefined)
      return await Promise.race([use(busOf(connection)), lost])
    } finally {
      mine.users -= 1
      if (mine.users === 0) setImmediate(() => closeUnused(mine))
    }
  }
}

function cannotAsk(error: unknown): never {
  throw failed(`systemd can't be asked: ${reasonOf(error)}`, error)
}

function busOf(connection: Connection): Bus {
  return {
    async call({ path = managerPath, interface: name = managerInterface, member }, signature, ...body) {
      const message = { destination: 'org.freedesktop.systemd1', path, interface: name, member }
      const what = ['systemd', member, ...body].join(' ')
      const answer = await connection
        .call({
          type: messageType.call,
          ...message,
          ...(signature !== undefined && { signature, body }),
        })
        .catch((error) => {
          throw failed(`${what}: ${reasonOf(error)}`, error)
        })
      if (answer.type === messageType.error)
        throw failed(`${what}: ${refusalOf(answer)}`, new Error(String(answer.errorName)))
      return answer.body?.[0]
    },
    listen: (signal, listener) =>
      connection.listen(({ interface: name, member, body = [] }) => {
        if (name === managerInterface && member === signal) listener(...body)
      }),
  }
}

/** Whether a call failed because systemd has no such unit, nor a file for it. */
export function isNoSuchUnit(error: unknown): boolean {
  const cause = error instanceof FailedError ? error.cause : undefined
  return cause instanceof Error && cause.message === 'org.freedesktop.systemd1.NoSuchUnit'
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Its own words, or the name of the error where it has none. */
function refusalOf({ body, errorName }: Message): string {
  const [words] = body ?? []
  return typeof words === 'string' && words !== '' ? words : String(errorName)
}

function failed(message: string, cause?: unknown): FailedError {
  return new FailedError({
    code: 'SYSTEMD_FAILED',
    message,
    remedy: 'See systemctl status and journalctl in the guest.',
    cause,
  })
}
