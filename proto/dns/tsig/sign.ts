/** Messages that are signed with a shared key (TSIG, RFC 8945). Pure: the time is given. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { nameBytes } from '../name.ts'
import { classes } from '../numbers.ts'
import { hashOf, type TsigKey, tsigErrors } from './key.ts'
import { appendSignature, type Signature, sized, timersOf, u16 } from './record.ts'

const usualFudgeSeconds = 300

export interface SignOptions {
  /** A whole message without a signature. */
  bytes: Buffer
  key: TsigKey
  atSeconds: number
  /** Of the message that this one answers, or of the one before in a transfer. */
  priorMac?: Buffer
  /** True from the second message of a transfer on. @default false */
  timersOnly?: boolean
  /** One of {@link tsigErrors}. @default 0 */
  error?: number
  /** The server's time, where the client's is wrong. */
  other?: Buffer
}

/** Adds a signature to a message. */
export function signMessage(options: SignOptions): { bytes: Buffer; mac: Buffer } {
  const { bytes, key, atSeconds, error = 0, other = Buffer.alloc(0) } = options
  const signature: Signature = {
    keyName: key.name,
    algorithm: `${key.algorithm}.`,
    timeSeconds: atSeconds,
    fudgeSeconds: usualFudgeSeconds,
    mac: Buffer.alloc(0),
    originalId: bytes.readUInt16BE(0),
    error,
    other,
  }
  const mac = macOf({ ...options, signature })
  return { bytes: appendSignature(bytes, { ...signature, mac }), mac }
}

export interface CheckOptions {
  /** The message without its signature, as {@link splitSignature} answers it. */
  bytes: Buffer
  signature: Signature
  keys: readonly TsigKey[]
  nowSeconds: number
  priorMac?: Buffer
  timersOnly?: boolean
}

/** The key that a message was signed with, or the error that its answer has to name: one of {@link tsigErrors}. */
export type SignatureCheck = { key: TsigKey; error: 0 | 18 } | { key?: undefined; error: 16 | 17 | 22 }

/** Checks who signed, whether the message is as it was, and then whether it is of now. Throws nothing. */
export function checkSignature({ signature, keys, nowSeconds, ...rest }: CheckOptions): SignatureCheck {
  const key = keys.find(
    ({ name, algorithm }) => name === signature.keyName && `${algorithm}.` === signature.algorithm,
  )
  if (key === undefined) return { error: tsigErrors.BADKEY }
  const expected = macOf({ ...rest, key, signature })
  // Shorter ones, which the RFC lets a server accept, are of no use here.
  if (signature.mac.length < expected.length) return { error: tsigErrors.BADTRUNC }
  if (signature.mac.length > expected.length || !timingSafeEqual(signature.mac, expected)) {
    return { error: tsigErrors.BADSIG }
  }
  const isOfNow = Math.abs(nowSeconds - signature.timeSeconds) <= signature.fudgeSeconds
  return { key, error: isOfNow ? 0 : tsigErrors.BADTIME }
}

interface MacOptions {
  bytes: Buffer
  key: TsigKey
  signature: Signature
  priorMac?: Buffer
  timersOnly?: boolean
}

function macOf({ bytes, key, signature, priorMac, timersOnly = false }: MacOptions): Buffer {
  const hmac = createHmac(hashOf(key.algorithm), key.secret)
  if (priorMac !== undefined) hmac.update(sized(priorMac))
  hmac.update(u16(signature.originalId)).update(bytes.subarray(2))
  if (timersOnly) return hmac.update(timersOf(signature)).digest()
  const classAndTtl = Buffer.concat([u16(classes.ANY), Buffer.alloc(4)])
  return hmac
    .update(nameBytes(signature.keyName))
    .update(classAndTtl)
    .update(nameBytes(signature.algorithm))
    .update(timersOf(signature))
    .update(u16(signature.error))
    .update(sized(signature.other))
    .digest()
}
