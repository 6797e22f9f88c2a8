/** What the tests of the frames are fed with. */
import fc from 'fast-check'
import { type Frame, type FrameType, largestPayload } from '../../../proto/frames/frame.ts'

const types: FrameType[] = ['open', 'accept', 'refuse', 'data', 'close']

const payload = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  fc.integer({ min: 0, max: largestPayload }).map((length) => Buffer.alloc(length, 'cleave\0')),
)

export const anyFrame: fc.Arbitrary<Frame> = fc.record({
  type: fc.constantFrom(...types),
  session: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  sequence: fc.nat(2 ** 31 - 1).map((number) => number * 2 + 1),
  payload,
})

/** Bytes that a crashed writer, a console or an attacker could leave. */
export const garbage: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
  fc.integer({ min: 0, max: 3 * largestPayload }).map((length) => Buffer.alloc(length, 'x')),
)

/** Cuts bytes into chunks at the given fractions. */
export function cut(bytes: Buffer, fractions: readonly number[]): Buffer[] {
  const places = [...fractions].map((fraction) => Math.floor(fraction * bytes.length)).sort((a, b) => a - b)
  const ends = [...places, bytes.length]
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}
