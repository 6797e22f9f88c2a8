/** A QMP monitor: commands and events of one QEMU process over its unix socket. */
import { within } from '../../within.ts'
import { createCalls } from './calls.ts'
import { answerSchemas, type QmpAnswer, type QmpArguments, type QmpCommand } from './commands.ts'
import { openConnection } from './connection.ts'
import { closed, malformed, silent } from './errors.ts'
import { createEventQueue } from './event-queue.ts'
import type { QmpEvent } from './message.ts'

/** One connection to a monitor. While nothing is asked, it does not keep this process alive. */
export interface QmpClient extends Disposable {
  /** QEMU's own version, such as `7.2.22`. */
  readonly version: string

  /**
   * Runs a command. Several may be under way: QEMU runs them in the order of the calls.
   *
   * @throws FailedError `QMP_` and QEMU's error class, such as `QMP_GENERICERROR`, when QEMU refuses
   * @throws UnansweredError `QMP_TIMEOUT`, `QMP_CLOSED`
   */
  execute<Command extends QmpCommand>(
    command: Command,
    ...given: QmpArguments[Command] extends undefined ? [] : [QmpArguments[Command]]
  ): Promise<QmpAnswer<Command>>

  /**
   * Waits for an event; one that came earlier on this connection and was not asked for counts too.
   *
   * @throws UnansweredError `QMP_TIMEOUT`, `QMP_CLOSED`
   */
  waitForEvent(
    name: string,
    options: { timeoutMs: number; matches?: (data: Record<string, unknown>) => boolean },
  ): Promise<QmpEvent>

  /** Ends the connection, not the machine. May be repeated. */
  close(): void
}

export interface QmpOptions {
  path: string
  /** Who is asked, for messages: `QEMU of shop`. */
  peer: string
  /** The bound of the greeting and of each command. @default 5000 */
  timeoutMs?: number
}

const mostEvents = 1024

/**
 * Connects to a monitor. It serves one client at a time: the next one waits until the one before has closed.
 *
 * @throws UnansweredError `QMP_TIMEOUT`, `QMP_CLOSED`
 * @throws FailedError `QMP_MALFORMED` when another program answers
 */
export async function connectQmp({ path, peer, timeoutMs = 5000 }: QmpOptions): Promise<QmpClient> {
  const events = createEventQueue({ longest: mostEvents })
  const calls = createCalls({ peer })
  const greeting = Promise.withResolvers<string>()
  let ended: Error | undefined

  const connection = openConnection({
    path,
    peer,
    onMessage: (message) => {
      if (message.kind === 'event') events.push(message.event)
      else if (message.kind === 'greeting') greeting.resolve(message.version)
      else calls.settle(message)
    },
    onEnd: (reason) => {
      ended = reason
      greeting.reject(reason)
      events.end(reason)
      calls.end(reason)
    },
  })
  const bounded = <Result>(work: Promise<Result>, what: string, bound = timeoutMs): Promise<Result> =>
    connection.use(within({ work, timeoutMs: bound, late: () => silent(peer, what, bound) }))

  const call = async (command: string, given?: unknown): Promise<unknown> => {
    if (ended) throw ended
    const { id, answer } = calls.add(command)
    connection.send({ execute: command, id, ...(given === undefined ? {} : { arguments: given }) })
    try {
      return await bounded(answer, `answer to ${command}`)
    } finally {
      calls.forget(id)
    }
  }
  const close = () => connection.end(closed(peer))

  try {
    const version = await bounded(greeting.promise, 'greeting')
    await call('qmp_capabilities')
    return {
      version,
      execute: async (command, ...[given]) => {
        const answer = answerSchemas[command].safeParse(await call(command, given))
        if (answer.success) return answer.data as QmpAnswer<typeof command>
        throw malformed(peer, answer.error)
      },
      waitForEvent: async (name, { timeoutMs, matches = () => true }) => {
        const waiting = new AbortController()
        const event = events.next((event) => event.name === name && matches(event.data), waiting.signal)
        try {
          return await bounded(event, `event ${name}`, timeoutMs)
        } finally {
          waiting.abort()
        }
      },
      close,
      [Symbol.dispose]: close,
    }
  } catch (error) {
    close()
    throw error
  }
}
