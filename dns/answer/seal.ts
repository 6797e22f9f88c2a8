/** Messages that may be signed: who sent them, and how their answers are signed. */

import { type Message, messageBytes } from '../../proto/dns/message.ts'
import { rcodes } from '../../proto/dns/numbers.ts'
import { type TsigKey, tsigErrors } from '../../proto/dns/tsig/key.ts'
import { appendSignature, type Signature, splitSignature } from '../../proto/dns/tsig/record.ts'
import { checkSignature, signMessage } from '../../proto/dns/tsig/sign.ts'
import { plainAnswer, replyTo } from './answer.ts'

/** Signs the messages of one answer, in their order. */
export type Seal = (bytes: Buffer) => Buffer

export type Opened =
  | { message: Message; key?: TsigKey; seal: Seal; room: number; refusal?: undefined }
  /** What to answer to whoever signed wrongly. */
  | { refusal: Buffer; message: Message }

// Of the record of a signature, besides the names of its key: the longest MAC is 64 bytes.
const signatureRoom = 128

/** Reads a message and checks its signature, if it has one. Throws a `MalformedError`. */
export function openMessage(options: {
  bytes: Buffer
  keys: readonly TsigKey[]
  nowSeconds: number
}): Opened {
  const { bytes, message, signature } = splitSignature(options.bytes)
  if (signature === undefined) return { message, seal: (reply) => reply, room: 0 }
  const { key, error } = checkSignature({ ...options, bytes, signature })
  if (key === undefined) return { message, refusal: unsigned(message, signature, error) }
  if (error !== 0)
    return { message, refusal: late({ message, signature, key, nowSeconds: options.nowSeconds }) }
  return {
    message,
    key,
    room: signatureRoom + key.name.length,
    seal: sealFor(key, signature, options.nowSeconds),
  }
}

function sealFor(key: TsigKey, signature: Signature, nowSeconds: number): Seal {
  let priorMac = signature.mac
  let timersOnly = false
  return (bytes) => {
    const signed = signMessage({ bytes, key, atSeconds: nowSeconds, priorMac, timersOnly })
    priorMac = signed.mac
    timersOnly = true
    return signed.bytes
  }
}

function refusalOf(message: Message): Buffer {
  return messageBytes(replyTo(message, plainAnswer(rcodes.NOTAUTH)))
}

/** Nothing is signed for whoever does not know the secret. */
function unsigned(message: Message, signature: Signature, error: number): Buffer {
  return appendSignature(refusalOf(message), {
    ...signature,
    mac: Buffer.alloc(0),
    other: Buffer.alloc(0),
    error,
  })
}

/** Says what time it is here. */
function late(options: { message: Message; signature: Signature; key: TsigKey; nowSeconds: number }): Buffer {
  const { message, signature, key, nowSeconds } = options
  const other = Buffer.alloc(6)
  other.writeUIntBE(nowSeconds, 0, 6)
  return signMessage({
    bytes: refusalOf(message),
    key,
    atSeconds: signature.timeSeconds,
    priorMac: signature.mac,
    error: tsigErrors.BADTIME,
    other,
  }).bytes
}
