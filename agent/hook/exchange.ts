/** What an application says to one message, and how long it may take. Pure: it is told the time. */
import * as z from 'zod'
import { type ApplicationAnswer, longestAnswerLine, patience } from '../../proto/application.ts'
import { printable } from '../group/coupling/printable.ts'
import { broken, done, type Ending, refused } from './ending.ts'

const schema: z.ZodType<ApplicationAnswer> = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('ready') }),
  z.strictObject({ answer: z.literal('wait'), seconds: z.number().nonnegative() }),
  z.strictObject({ answer: z.literal('refuse'), reason: z.string().default('') }),
])

// Whoever asks for time does not have to ask a thousand times.
const longestExchange = 64 * 1024

/** Seconds to the first answer, and in all. */
export interface Patience {
  first: number
  whole: number
}

export interface Exchange {
  /** Takes what came; answers how it ended, once it has. */
  take(chunk: Buffer, now: number): Ending | undefined
  /** Until when it has to go on, in the same milliseconds. Later after each `wait`, up to a bound. */
  deadline(): number
}

export function createExchange(begin: number, { first, whole }: Patience = patience): Exchange {
  const latest = begin + whole * 1000
  let deadline = begin + first * 1000
  let rest = Buffer.alloc(0)
  let taken = 0

  const takeLine = (line: Buffer, now: number): Ending | undefined => {
    const answer = parse(line.toString('utf8'))
    if (answer === undefined) return broken(`answered ${printable(line.toString('utf8'))}`)
    if (answer.answer === 'ready') return done
    if (answer.answer === 'refuse') return refused(printable(answer.reason) || 'no reason given')
    deadline = Math.min(latest, Math.max(deadline, now + answer.seconds * 1000))
    return undefined
  }

  return {
    take(chunk, now) {
      taken += chunk.length
      if (taken > longestExchange) return broken(`answered more than ${longestExchange} bytes`)
      rest = Buffer.concat([rest, chunk])
      for (;;) {
        const end = rest.indexOf('\n')
        if (end >= longestAnswerLine || (end < 0 && rest.length >= longestAnswerLine)) {
          return broken(`answered a line of more than ${longestAnswerLine} bytes`)
        }
        if (end < 0) return undefined
        const line = rest.subarray(0, end)
        rest = rest.subarray(end + 1)
        const ending = takeLine(line, now)
        if (ending !== undefined) return ending
      }
    },
    deadline: () => deadline,
  }
}

function parse(text: string): ApplicationAnswer | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
