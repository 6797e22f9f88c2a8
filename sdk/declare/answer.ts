/** One exchange with the agent: it says one thing on a connection, and is answered. */
import type { Socket } from 'node:net'
import {
  type ApplicationAnswer,
  type ApplicationMessage,
  longestMessageLine,
} from '../../proto/application.ts'

// So that an answer is no longer than it may be, whatever is escaped in it.
const longestReason = 500

/** Does what is to be done about a message. @param wait asks for so many seconds from now */
export type Tell = (message: ApplicationMessage, wait: (seconds: number) => void) => Promise<void>

/** The connection ends with the answer. A connection that says something else is closed. */
export function answerOn(connection: Socket, tell: Tell): void {
  let text = ''
  const take = (chunk: string) => {
    text += chunk
    const end = text.indexOf('\n')
    if (end < 0 && text.length < longestMessageLine) return
    connection.off('data', take)
    // What comes after the first line means nothing, and must not fill the memory.
    connection.resume()
    const message = parse(text.slice(0, end < 0 ? 0 : end))
    if (message === undefined) connection.destroy()
    else void answer(connection, message, tell)
  }
  // The agent may go away at any moment: whoever is told of the split does not depend on it.
  connection.on('error', () => undefined)
  connection.setEncoding('utf8')
  connection.on('data', take)
}

async function answer(connection: Socket, message: ApplicationMessage, tell: Tell): Promise<void> {
  const say = (what: ApplicationAnswer) => {
    if (connection.writable) connection.write(`${JSON.stringify(what)}\n`)
  }
  try {
    await tell(message, (seconds) => say({ answer: 'wait', seconds }))
    say({ answer: 'ready' })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    say({ answer: 'refuse', reason: reason.slice(0, longestReason) })
  }
  connection.end()
}

function parse(line: string): ApplicationMessage | undefined {
  try {
    const message = JSON.parse(line) as ApplicationMessage | null
    const isKnown = message?.event === 'beforeSplit' || message?.event === 'afterSplit'
    return isKnown ? message : undefined
  } catch {
    return undefined
  }
}
