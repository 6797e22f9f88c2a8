import fc from 'fast-check'
import t from 'tap'
import { decodeCobs, encodeCobs, longestCobs } from '../../../proto/frames/cobs.ts'

const encode = (bytes: Buffer): Buffer => {
  const target = Buffer.alloc(longestCobs(bytes.length))
  return target.subarray(0, encodeCobs(bytes, target, 0))
}

// Zeros and long runs without one are what the code is about.
const bytes = fc
  .array(
    fc.oneof(
      fc.constant(Buffer.of(0)),
      fc.integer({ min: 250, max: 260 }).map((length) => Buffer.alloc(length, 7)),
      fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => Buffer.concat(pieces))

t.test('the examples of the paper', (t) => {
  t.equal(encode(Buffer.of()).toString('hex'), '01')
  t.equal(encode(Buffer.of(0)).toString('hex'), '0101')
  t.equal(encode(Buffer.of(0x45, 0, 0x2c, 0x4c)).toString('hex'), '024503' + '2c4c')
  t.equal(encode(Buffer.of(1, 0, 0)).toString('hex'), '02010101')
  t.end()
})

t.test('any bytes come back, without a zero on the way', (t) => {
  fc.assert(
    fc.property(bytes, (plain) => {
      const stuffed = encode(plain)
      if (stuffed.includes(0)) return false
      return decodeCobs(stuffed)?.equals(plain) === true
    }),
    { numRuns: 1000 },
  )
  t.pass('for every input')
  t.end()
})

t.test('what is no stuffing is refused, whatever it is', (t) => {
  t.equal(decodeCobs(Buffer.of(5, 1)), undefined, 'a run beyond the end')
  t.equal(decodeCobs(Buffer.of(2, 1, 0)), undefined, 'a zero')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (array) => {
      const plain = decodeCobs(Buffer.from(array))
      return plain === undefined || plain.length <= array.length
    }),
  )
  t.end()
})
