/** Finds out that a guest hangs long before the bound of a call that may take long. */
import { setTimeout as delay } from 'node:timers/promises'
import { UnansweredError } from '../../proto/errors.ts'

export interface WhileAliveOptions {
  /** A short question, with a bound of its own. */
  probe(): Promise<unknown>
  /** Ends the call, which then fails. */
  giveUp(): Promise<void>
  /** Between two questions, in milliseconds. @default 30_000 */
  everyMs?: number
}

// A guest may be slow for a while.
const mostSilences = 2

/** Answers as the call does. When the guest says nothing to some questions in a row, the call is given up. */
export async function whileAlive<Answer>(call: Promise<Answer>, options: WhileAliveOptions): Promise<Answer> {
  const stop = new AbortController()
  const watching = watch(options, stop.signal)
  try {
    return await call
  } finally {
    stop.abort()
    await watching
  }
}

async function watch(
  { probe, giveUp, everyMs = 30_000 }: WhileAliveOptions,
  signal: AbortSignal,
): Promise<void> {
  const ended = new Promise<'ended'>((resolve) => signal.addEventListener('abort', () => resolve('ended')))
  for (let silences = 0; silences < mostSilences; ) {
    const wait = delay(everyMs, 'waited', { signal }).catch(() => 'ended')
    if ((await wait) === 'ended') return
    // The question itself is not waited for once the call has its answer.
    const answer = await Promise.race([ended, isSilent(probe)])
    if (answer === 'ended') return
    silences = answer ? silences + 1 : 0
  }
  await giveUp()
}

/** An error that the agent tells is an answer, too. */
async function isSilent(probe: () => Promise<unknown>): Promise<boolean> {
  try {
    await probe()
    return false
  } catch (error) {
    return error instanceof UnansweredError
  }
}
