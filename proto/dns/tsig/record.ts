/** The record by which a message is signed, which is its last. Pure. */
import { MalformedError } from '../malformed.ts'
import { type Message, type ResourceRecord, readPlaced } from '../message.ts'
import { canonicalName, nameBytes, readName } from '../name.ts'
import { classes, recordTypes } from '../numbers.ts'

/** What it says. */
export interface Signature {
  /** Canonical. */
  keyName: string
  /** Canonical, such as `hmac-sha256.` */
  algorithm: string
  timeSeconds: number
  fudgeSeconds: number
  mac: Buffer
  originalId: number
  error: number
  other: Buffer
}

/** Adds it to a message, whatever its MAC is. */
export function appendSignature(bytes: Buffer, signature: Signature): Buffer {
  const data = Buffer.concat([
    nameBytes(signature.algorithm),
    timersOf(signature),
    sized(signature.mac),
    u16(signature.originalId),
    u16(signature.error),
    sized(signature.other),
  ])
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(recordTypes.TSIG, 0)
  fixed.writeUInt16BE(classes.ANY, 2)
  fixed.writeUInt16BE(data.length, 8)
  const whole = Buffer.concat([bytes, nameBytes(signature.keyName), fixed, data])
  whole.writeUInt16BE(whole.readUInt16BE(10) + 1, 10)
  return whole
}

/** A message without its signature, as bytes and as a value, and what the signature says. */
export interface Split {
  bytes: Buffer
  message: Message
  signature?: Signature
}

/** Reads a message that may be signed. Throws a {@link MalformedError}, also for a signature at the wrong place. */
export function splitSignature(bytes: Buffer): Split {
  const { message, lastRecordAt } = readPlaced(bytes)
  const { answers, authorities, additionals } = message
  const last = additionals.at(-1)
  if ([...answers, ...authorities, ...additionals.slice(0, -1)].some(isSignature)) {
    throw new MalformedError('a signature is not at the end of its message')
  }
  if (last === undefined || !isSignature(last)) return { bytes, message }
  const unsigned = Buffer.from(bytes.subarray(0, lastRecordAt))
  unsigned.writeUInt16BE(additionals.length - 1, 10)
  return {
    bytes: unsigned,
    message: { ...message, additionals: additionals.slice(0, -1) },
    signature: readSignature(last),
  }
}

function isSignature({ type }: ResourceRecord): boolean {
  return type === recordTypes.TSIG
}

function readSignature({ name, data, class: recordClass, ttl }: ResourceRecord): Signature {
  if (recordClass !== classes.ANY || ttl !== 0) throw new MalformedError('a signature has a class or a time')
  const { name: algorithm, end } = readName(data, 0)
  const macSize = end + 10 <= data.length ? data.readUInt16BE(end + 8) : Number.NaN
  const tail = end + 10 + macSize
  if (!(tail + 6 <= data.length) || tail + 6 + data.readUInt16BE(tail + 4) !== data.length) {
    throw new MalformedError('a signature is not as long as it says')
  }
  return {
    keyName: canonicalName(name),
    algorithm: canonicalName(algorithm),
    timeSeconds: data.readUIntBE(end, 6),
    fudgeSeconds: data.readUInt16BE(end + 6),
    mac: data.subarray(end + 10, tail),
    originalId: data.readUInt16BE(tail),
    error: data.readUInt16BE(tail + 2),
    other: data.subarray(tail + 6),
  }
}

/** Its time and fudge, as they are in it and in what is signed. */
export function timersOf({ timeSeconds, fudgeSeconds }: Signature): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUIntBE(timeSeconds, 0, 6)
  bytes.writeUInt16BE(fudgeSeconds, 6)
  return bytes
}

/** Bytes after their length. */
export function sized(bytes: Buffer): Buffer {
  return Buffer.concat([u16(bytes.length), bytes])
}

export function u16(value: number): Buffer {
  return Buffer.of(value >>> 8, value & 0xff)
}
