import fc from 'fast-check'
import t from 'tap'
import { createFrameDecoder } from '../../../proto/frames/decoder.ts'
import { encodeFrame, type Frame, largestPayload, longestStuffed } from '../../../proto/frames/frame.ts'
import { anyFrame, cut, garbage } from './arbitrary.ts'

const same = (a: Frame | undefined, b: Frame): boolean =>
  a !== undefined &&
  a.type === b.type &&
  a.session === b.session &&
  a.sequence === b.sequence &&
  a.payload.equals(b.payload)

const decodeAll = (chunks: readonly Buffer[]): Frame[] => {
  const decode = createFrameDecoder()
  return chunks.flatMap((chunk) => {
    // The decoder promises not to keep the caller's buffer.
    const lent = Buffer.from(chunk)
    const frames = decode(lent)
    lent.fill(0x55)
    return frames
  })
}

t.test('frames come back in order, however their bytes are cut', (t) => {
  fc.assert(
    fc.property(
      fc.array(anyFrame, { maxLength: 5 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
      (frames, fractions) => {
        const found = decodeAll(cut(Buffer.concat(frames.map(encodeFrame)), fractions))
        return found.length === frames.length && frames.every((frame, index) => same(found[index], frame))
      },
    ),
  )
  t.pass('for every cut')
  t.end()
})

t.test('garbage before and between frames costs no frame and makes none', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(garbage, anyFrame), { minLength: 1, maxLength: 4 }), (pairs) => {
      const wire = Buffer.concat(pairs.flatMap(([noise, frame]) => [noise, encodeFrame(frame)]))
      const found = decodeAll(cut(wire, [0.3, 0.31, 0.7]))
      return found.length === pairs.length && pairs.every(([, frame], index) => same(found[index], frame))
    }),
  )
  t.pass('for every garbage')
  t.end()
})

t.test('a torn frame is dropped and the next one found', (t) => {
  fc.assert(
    fc.property(
      anyFrame,
      anyFrame,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (torn, next, fraction) => {
        const bytes = encodeFrame(torn)
        // Without its delimiter at the least.
        const rest = bytes.subarray(0, Math.floor(fraction * (bytes.length - 1)))
        const found = decodeAll([rest, encodeFrame(next)])
        return found.length === 1 && same(found[0], next)
      },
    ),
  )
  t.pass('for every place')
  t.end()
})

t.test('a flipped bit never yields a wrong frame', (t) => {
  fc.assert(
    fc.property(anyFrame, fc.nat(), fc.nat(7), (frame, place, bit) => {
      const bytes = encodeFrame(frame)
      const at = place % bytes.length
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
      // A flip in a delimiter can leave the frame whole, and a decoder may find it after the next delimiter.
      const found = decodeAll([bytes, Buffer.of(0)])
      return found.length === 0 || (found.length === 1 && same(found[0], frame))
    }),
    { numRuns: 500 },
  )
  t.pass('for every bit')
  t.end()
})

t.test('a frame fits one write to a virtio port', (t) => {
  const frame: Frame = { type: 'data', session: 1n, sequence: 1, payload: Buffer.alloc(largestPayload, 1) }
  const wire = encodeFrame(frame)
  t.ok(wire.length <= 32 * 1024)
  t.ok(wire.length - 2 <= longestStuffed)
  t.throws(() => encodeFrame({ ...frame, payload: Buffer.alloc(largestPayload + 1) }), RangeError)
  t.end()
})
