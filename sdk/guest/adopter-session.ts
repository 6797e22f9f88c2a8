/** The host's end of the port on which the adopter of a child takes orders. */
import {
  type AdopterAnswer,
  type AdoptOrder,
  adoptLine,
  freezeLine,
  guestItem,
  longestLine,
  parseAnswer,
  resumeLine,
} from '../../proto/adopter.ts'
import { FailedError, RefusedError, UnansweredError } from '../../proto/errors.ts'
import { connectSocket } from './connect-socket.ts'

/**
 * Connected before its machine wakes: a guest whose host comes and goes has to deal with that first. Each order throws
 * an `UnansweredError` (`NO_ANSWER`) when nobody answers in time, and a `FailedError` (`ADOPTER_STOPPED`) that says what
 * it stopped at.
 */
export interface AdopterSession extends Disposable {
  /**
   * In the parent: freezes what its agent got ready to freeze. When it throws, all run on.
   *
   * @throws RefusedError `GUEST_CHANGED` when a process started since that is not to be frozen
   */
  freeze(): Promise<void>
  adopt(order: AdoptOrder): Promise<void>
  resume(): Promise<void>
}

// What is usual is a tenth of a second, where the guest is emulated.
const answerMs = 15_000

/**
 * @param peer for messages, such as `the adopter of shop`
 * @throws UnavailableError `NO_CHANNEL` when nobody listens on the socket
 */
export async function openAdopterSession(path: string, peer: string): Promise<AdopterSession> {
  const socket = await connectSocket(path, peer)
  let said = ''
  socket.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('latin1')).slice(-longestLine)
    socket.emit('said')
  })

  const ask = async (line: string, wanted: AdopterAnswer['kind']): Promise<void> => {
    socket.write(line)
    const answer = parseAnswer(await nextLine())
    if (answer?.kind === wanted) return
    if (answer?.kind === 'failed')
      throw answer.item === guestItem ? changed(peer, answer) : stopped(peer, answer)
    throw unanswered(peer, 'said what no adopter says')
  }

  const nextLine = (): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const look = () => {
      const end = said.indexOf('\n')
      if (end < 0) return
      const line = said.slice(0, end)
      said = said.slice(end + 1)
      resolve(line)
    }
    const lost = () => reject(unanswered(peer, 'is gone'))
    const timer = setTimeout(() => reject(unanswered(peer, `did not answer within ${answerMs} ms`)), answerMs)
    socket.on('said', look).once('close', lost)
    if (socket.destroyed) lost()
    look()
    return promise.finally(() => {
      clearTimeout(timer)
      socket.off('said', look).off('close', lost)
    })
  }

  return {
    freeze: () => ask(freezeLine, 'frozen'),
    adopt: (order) => ask(adoptLine(order), 'adopted'),
    resume: () => ask(resumeLine, 'resumed'),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

function unanswered(peer: string, what: string): UnansweredError {
  return new UnansweredError({
    code: 'NO_ANSWER',
    message: `${peer} ${what}`,
    remedy: 'See the console of the machine, then try again.',
  })
}

type Failure = AdopterAnswer & { kind: 'failed' }

function stopped(peer: string, { item, reason }: Failure): FailedError {
  return new FailedError({
    code: 'ADOPTER_STOPPED',
    message: `${peer} stopped at ${item}: ${quote(reason)}`,
    remedy: 'Correct what the message names in the guest, then split again.',
  })
}

function changed(peer: string, { reason }: Failure): RefusedError {
  return new RefusedError({
    code: 'GUEST_CHANGED',
    message: `${peer} found another guest than was planned for: ${quote(reason)}`,
    remedy: 'See which service starts processes just now, then split again.',
  })
}

function quote(reason: string): string {
  return JSON.stringify(reason.slice(0, 1000))
}
