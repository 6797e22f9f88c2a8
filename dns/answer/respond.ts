/** What becomes of a message that a client sent: the guards of a server that anybody may write to. */
import { type Edns, readEdns } from '../../proto/dns/edns.ts'
import { MalformedError } from '../../proto/dns/malformed.ts'
import { type Message, messageBytes } from '../../proto/dns/message.ts'
import { canonicalName } from '../../proto/dns/name.ts'
import { opcodes, rcodes, recordTypes } from '../../proto/dns/numbers.ts'
import type { TsigKey } from '../../proto/dns/tsig/key.ts'
import { transferMessages } from '../transfer/transfer.ts'
import { recordsOf } from '../zone/records.ts'
import { soaOf } from '../zone/soa.ts'
import type { Zone } from '../zone/zone.ts'
import { type Answer, answerQuestion, plainAnswer, replyTo } from './answer.ts'
import { createAnswerCache } from './cache.ts'
import { fit, largestFor, type Way } from './fit.ts'
import { type Opened, openMessage } from './seal.ts'

export interface Client {
  address: string
  way: Way
}

/** At once, not at all, or later and perhaps in several messages. It never rejects. */
export type Reply = Buffer | undefined | Promise<Iterable<Buffer>>

export interface ResponderOptions {
  zones: ReadonlyMap<string, Zone>
  keys: readonly TsigKey[]
  /** Whether a client may have a whole zone. */
  mayTransfer(origin: string, client: Client, key: TsigKey | undefined): boolean
  /** Makes an update that came as these bytes, and answers with those of the reply. */
  update(bytes: Buffer, client: Client): Promise<Buffer>
  /** Asks other servers; undefined when the client may not have that. */
  forward?: (question: Message, client: Client) => Promise<Message> | undefined
  nowSeconds(): number
  /** A mistake of ours, for the log: the client is told of a failure. */
  onFailure(error: unknown): void
}

export interface Responder {
  /** Throws nothing. */
  respond(bytes: Buffer, client: Client): Reply
  /** The zones have changed. */
  forget(): void
}

const headerSize = 12
const isResponse = 0x80

export function createResponder(options: ResponderOptions): Responder {
  const { zones, keys, nowSeconds, update } = options
  const cache = createAnswerCache()

  const answer = (bytes: Buffer, client: Client): Reply => {
    const opcode = ((bytes[2] ?? 0) >> 3) & 0xf
    if (opcode !== opcodes.query && opcode !== opcodes.update) return headerOnly(bytes, rcodes.NOTIMP)
    let opened: Opened
    let edns: Edns | undefined
    try {
      opened = openMessage({ bytes, keys, nowSeconds: nowSeconds() })
      edns = readEdns(opened.message)
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      return headerOnly(bytes, rcodes.FORMERR)
    }
    const { message } = opened
    if (opened.refusal !== undefined) return opened.refusal
    if (message.opcode === opcodes.update) return update(bytes, client).then((reply) => [reply])
    const refusal = checkQuery(message, edns)
    if (refusal !== undefined) return seal(opened, refusal, { client, edns })
    const [{ type } = { type: 0 }] = message.questions
    if (type === recordTypes.AXFR || type === recordTypes.IXFR) return transfer(opened, { client, edns })
    const found = answerQuestion(zones, message)
    if (found === undefined) {
      const asked = options.forward?.(message, client)
      if (asked !== undefined) return forwarded({ asked, opened, client, edns })
      return seal(opened, plainAnswer(rcodes.REFUSED), { client, edns })
    }
    const reply = seal(opened, found, { client, edns })
    // What clients add of their own is never the same again.
    const isUsual = opened.key === undefined && (edns?.options.length ?? 0) === 0
    if (isUsual) cache.set(bytes, client.way, reply)
    return reply
  }

  const transfer = (opened: Opened & { refusal?: undefined }, { client, edns }: Context): Reply => {
    const { message, key } = opened
    const [question] = message.questions
    const zone = zones.get(canonicalName(question?.name ?? '.'))
    if (zone === undefined) return seal(opened, plainAnswer(rcodes.NOTAUTH), { client, edns })
    const refused = !options.mayTransfer(zone.origin, client, key)
    if (refused) return seal(opened, plainAnswer(rcodes.REFUSED), { client, edns })
    if (client.way === 'stream') {
      return Promise.resolve(transferMessages({ zone, message, seal: opened.seal }))
    }
    if (question?.type === recordTypes.AXFR)
      return seal(opened, plainAnswer(rcodes.FORMERR), { client, edns })
    // It does not fit: the serial is enough for a secondary to see whether to come by TCP (RFC 1995).
    const answers = recordsOf(soaOf(zone).set)
    const answer = { ...plainAnswer(rcodes.NOERROR), authoritative: true, answers }
    return seal(opened, answer, { client, edns })
  }
  const respond = (bytes: Buffer, client: Client): Reply => {
    if (bytes.length < headerSize || ((bytes[2] ?? 0) & isResponse) !== 0) return undefined
    const known = cache.get(bytes, client.way)
    if (known !== undefined) return known
    const failed = (error: unknown): Buffer => {
      options.onFailure(error)
      return headerOnly(bytes, rcodes.SERVFAIL)
    }
    try {
      const reply = answer(bytes, client)
      return reply instanceof Promise ? reply.catch((error) => [failed(error)]) : reply
    } catch (error) {
      return failed(error)
    }
  }
  return { respond, forget: cache.clear }
}

interface Context {
  client: Client
  edns: Edns | undefined
}

/** The answer to what is no question that a zone could answer; undefined for one that is. */
function checkQuery(message: Message, edns: Edns | undefined): Answer | undefined {
  if (message.questions.length !== 1 || message.truncated) return plainAnswer(rcodes.FORMERR)
  return edns !== undefined && edns.version > 0 ? plainAnswer(rcodes.BADVERS) : undefined
}

function seal(opened: Opened & { refusal?: undefined }, answer: Answer, { client, edns }: Context): Buffer {
  const reply = replyTo(opened.message, answer, edns)
  return opened.seal(fit(reply, largestFor(client.way, edns, opened.room)))
}

async function forwarded(
  options: { asked: Promise<Message>; opened: Opened & { refusal?: undefined } } & Context,
): Promise<Iterable<Buffer>> {
  const { asked, opened, client, edns } = options
  const answer = await asked
  const reply = {
    ...replyTo(opened.message, { ...answer, authoritative: false }, edns),
    truncated: answer.truncated,
    recursionAvailable: true,
  }
  return [opened.seal(fit(reply, largestFor(client.way, edns, opened.room)))]
}

/** Of what can't be read nothing is sent back but its number. */
export function headerOnly(bytes: Buffer, rcode: number): Buffer {
  return messageBytes({
    id: bytes.readUInt16BE(0),
    response: true,
    opcode: ((bytes[2] ?? 0) >> 3) & 0xf,
    authoritative: false,
    truncated: false,
    recursionDesired: ((bytes[2] ?? 0) & 1) !== 0,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode,
    questions: [],
    answers: [],
    authorities: [],
    additionals: [],
  })
}
