/** A question that is asked again and again, of somebody who may not answer. */
import { setTimeout as delay } from 'node:timers/promises'
import { UnansweredError } from '../../../proto/errors.ts'
import { nextLook, type Pace } from './pace.ts'

export interface QuestionOptions<Answer> {
  /** Bounded in time. */
  ask(): Promise<Answer>
  /** How often it may be asked. */
  pace: Pace
  /** Who is asked, for messages: `the agent of shop`. */
  peer: string
  /** How long a look waits, in milliseconds. @default 2000 */
  patienceMs?: number
}

export interface Question<Answer> {
  /**
   * Asks when it is time to, and answers what is known within the patience. Whoever failed to answer is asked again, but
   * waited for no more until an answer has come.
   *
   * @throws what the last question threw; UnansweredError `NO_ANSWER` while it is open
   */
  look(): Promise<Answer>
  /** Resolves when nothing is asked. */
  settled(): Promise<void>
}

export function createQuestion<Answer>(options: QuestionOptions<Answer>): Question<Answer> {
  const { ask, pace, peer, patienceMs = 2000 } = options
  let answer: PromiseSettledResult<Answer> = { status: 'rejected', reason: noAnswerYet(peer) }
  let asking: Promise<void> | undefined
  let isPatient = true
  let due = 0

  const askOnce = async () => {
    const at = performance.now()
    ;[answer] = await Promise.allSettled([ask()])
    isPatient = answer.status === 'fulfilled'
    due = nextLook(pace, { at, tookMs: performance.now() - at })
    asking = undefined
  }

  return {
    look: async () => {
      if (asking === undefined && performance.now() >= due) asking = askOnce()
      if (asking !== undefined && isPatient && !(await isDone(asking, patienceMs)))
        answer = { status: 'rejected', reason: noAnswerYet(peer) }
      if (answer.status === 'rejected') throw answer.reason
      return answer.value
    },
    settled: async () => await asking,
  }
}

async function isDone(work: Promise<void>, milliseconds: number): Promise<boolean> {
  const stop = new AbortController()
  const late = delay(milliseconds, false, { signal: stop.signal }).catch(() => false)
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    stop.abort()
  }
}

function noAnswerYet(peer: string): UnansweredError {
  return new UnansweredError({
    code: 'NO_ANSWER',
    message: `${peer} has not answered yet`,
    remedy: 'Wait for the next round.',
  })
}
