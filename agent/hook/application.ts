/** Tells an application of a split, and takes its answer. */
import type { ApplicationMessage } from '../../proto/application.ts'
import type { ProcessId } from '../../proto/generated/messages.ts'
import { isAlive } from '../group/control/process-status.ts'
import { openApplicationSocket } from './application-socket.ts'
import { broken, cancelled, type Ending, timedOut } from './ending.ts'
import { createExchange, type Patience } from './exchange.ts'

export interface ApplicationOptions {
  socket: string
  userId: number
  /** The one that declared it. */
  process: ProcessId
  message: ApplicationMessage
  /** Ends the exchange. */
  signal: AbortSignal
  /** Seconds. @default that of proto/application.ts */
  bounds?: Patience
}

export type TellApplication = (options: ApplicationOptions) => Promise<Ending>

/** One connection for one message. It is closed when this answers: a copy of the guest must not wake in the middle of it. */
export const tellApplication: TellApplication = async (options) => {
  const ending = await exchange(options)
  const isFailure = ending.outcome !== 'HOOK_OUTCOME_DONE' && ending.outcome !== 'HOOK_OUTCOME_REFUSED'
  // An application may end at any moment, and then it has no more say.
  return isFailure && !isAlive(options.process)
    ? { outcome: 'HOOK_OUTCOME_GONE', detail: 'it has ended' }
    : ending
}

function exchange({ socket: path, userId, message, signal, bounds }: ApplicationOptions): Promise<Ending> {
  const { socket, reason } = openApplicationSocket(path, userId)
  if (socket === undefined) return Promise.resolve(broken(reason))
  const begin = performance.now()
  const answers = createExchange(begin, bounds)
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    const end = (ending: Ending) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.destroy()
      resolve(ending)
    }
    const abort = () => end(cancelled)
    const rearm = () => {
      clearTimeout(timer)
      const seconds = Math.round((answers.deadline() - begin) / 1000)
      timer = setTimeout(() => end(timedOut(seconds)), answers.deadline() - performance.now())
    }
    signal.addEventListener('abort', abort)
    if (signal.aborted) return abort()
    rearm()
    socket.on('error', (error) => end(broken(`the connection failed: ${error.message}`)))
    socket.on('end', () => end(broken('closed the connection without an answer')))
    socket.on('data', (chunk: Buffer) => {
      const ending = answers.take(chunk, performance.now())
      if (ending === undefined) rearm()
      else end(ending)
    })
    socket.write(`${JSON.stringify(message)}\n`)
  })
}
