/** Asks other servers for names that are in none of the zones. */
import { randomInt } from 'node:crypto'
import { ednsRecord } from '../../proto/dns/edns.ts'
import { MalformedError } from '../../proto/dns/malformed.ts'
import { type Message, messageBytes, readMessage } from '../../proto/dns/message.ts'
import { largestDatagram, rcodes, recordTypes } from '../../proto/dns/numbers.ts'
import type { Endpoint } from '../../proto/routing/endpoint.ts'
import { plainAnswer, replyTo } from '../answer/answer.ts'
import type { Client } from '../answer/respond.ts'
import { askByDatagram } from './ask-datagram.ts'
import { askByStream } from './ask-stream.ts'

export interface ForwarderOptions {
  /** Asked one after the other, until one answers. */
  servers: readonly Endpoint[]
  /** Who may have it. */
  mayForward(address: string): boolean
  /** For each server. */
  timeoutMs: number
  mostUnderWay: number
}

/** Undefined when it may not be, or too much is under way. SERVFAIL when no server answers. Throws nothing. */
export type Forward = (question: Message, client: Client) => Promise<Message> | undefined

export function createForwarder(options: ForwarderOptions): Forward {
  let underWay = 0
  return (question, client) => {
    if (!question.recursionDesired || !options.mayForward(client.address)) return undefined
    if (underWay >= options.mostUnderWay) return undefined
    underWay += 1
    return ask(question, client, options).finally(() => {
      underWay -= 1
    })
  }
}

async function ask(question: Message, client: Client, options: ForwarderOptions): Promise<Message> {
  // The name in the case in which it was asked for, and a port of the kernel's choice: more to guess for who would forge an answer.
  const message: Message = {
    ...question,
    id: randomInt(0x10000),
    answers: [],
    authorities: [],
    additionals: [
      ednsRecord({
        datagramSize: largestDatagram,
        version: 0,
        extendedCode: 0,
        dnssecOk: false,
        options: Buffer.alloc(0),
      }),
    ],
  }
  const bytes = messageBytes(message)
  const accept = (reply: Buffer): Message | undefined => readReply(reply, message)
  for (const server of options.servers) {
    const once = { server, bytes, accept, timeoutMs: options.timeoutMs }
    const reply = await askByDatagram(once)
    if (reply === undefined) continue
    if (!reply.truncated || client.way === 'datagram') return withoutEdns(reply)
    const whole = await askByStream(once)
    if (whole !== undefined) return withoutEdns(whole)
  }
  return replyTo(question, plainAnswer(rcodes.SERVFAIL))
}

/** Undefined for anything but the answer to this question. */
function readReply(bytes: Buffer, { id, questions: [asked] }: Message): Message | undefined {
  try {
    const reply = readMessage(bytes)
    const [question, second] = reply.questions
    const isSame = question?.name === asked?.name && question?.type === asked?.type && second === undefined
    return reply.response && reply.id === id && isSame && question?.class === asked?.class ? reply : undefined
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

/** What two servers say of themselves is not for a third. */
function withoutEdns(reply: Message): Message {
  return { ...reply, additionals: reply.additionals.filter(({ type }) => type !== recordTypes.OPT) }
}
