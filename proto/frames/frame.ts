/** One frame of the channel between host and agent; docs/channel.md has its layout. */
import { crc32 } from 'node:zlib'
import { decodeCobs, encodeCobs, longestCobs } from './cobs.ts'

/**
 * `open` asks for a session and `accept` grants it, `refuse` says that the agent speaks another protocol, `data`
 * carries bytes, `close` ends the session for both sides.
 */
export type FrameType = 'open' | 'accept' | 'refuse' | 'data' | 'close'

export interface Frame {
  type: FrameType
  /** 64 bits that the host draws for each session. */
  session: bigint
  /** Counts the frames of one side in one session, from 0, modulo 2^32. */
  sequence: number
  payload: Buffer
}

/** One encoded frame then fits into the 32 KiB that one write to a virtio port carries. */
export const largestPayload = 32_000

/** No older or newer layout begins with these bytes. */
const magic = 0xc1ea
const types: readonly FrameType[] = ['open', 'accept', 'refuse', 'data', 'close']
const headerLength = 15
const checksumLength = 4
const delimiter = 0

/** The longest frame between two delimiters: what is longer is garbage. */
export const longestStuffed = longestCobs(headerLength + largestPayload + checksumLength)

/** The bytes of a frame on the wire. A delimiter on both sides keeps it apart from what a torn write left before it. */
export function encodeFrame(frame: Frame): Buffer {
  const { payload } = frame
  if (payload.length > largestPayload) throw new RangeError(`payload of ${payload.length} bytes`)
  const plain = Buffer.allocUnsafe(headerLength + payload.length + checksumLength)
  plain.writeUInt16BE(magic, 0)
  plain.writeUInt8(types.indexOf(frame.type), 2)
  plain.writeBigUInt64BE(frame.session, 3)
  plain.writeUInt32BE(frame.sequence, 11)
  payload.copy(plain, headerLength)
  const checked = plain.subarray(0, headerLength + payload.length)
  plain.writeUInt32BE(crc32(checked), checked.length)

  const wire = Buffer.allocUnsafe(longestCobs(plain.length) + 2)
  wire[0] = delimiter
  const end = encodeCobs(plain, wire, 1)
  wire[end] = delimiter
  return wire.subarray(0, end + 1)
}

/** The frame between two delimiters; undefined when it is none or was damaged. */
export function decodeFrame(stuffed: Buffer): Frame | undefined {
  const plain = decodeCobs(stuffed)
  if (plain === undefined || plain.length < headerLength + checksumLength) return undefined
  const checked = plain.subarray(0, plain.length - checksumLength)
  const type = types[plain.readUInt8(2)]
  if (plain.readUInt16BE(0) !== magic || type === undefined) return undefined
  if (plain.readUInt32BE(checked.length) !== crc32(checked)) return undefined
  return {
    type,
    session: plain.readBigUInt64BE(3),
    sequence: plain.readUInt32BE(11),
    payload: checked.subarray(headerLength),
  }
}
