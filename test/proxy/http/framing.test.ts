import fc from 'fast-check'
import t from 'tap'
import { createBody } from '../../../proxy/http/framing.ts'
import { cut } from '../../proto/frames/arbitrary.ts'

const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 })
const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 })

/** How much of the bytes is of the body, -1 when it is framed wrongly, and whether it is complete. */
function take(framing: 'chunked' | number, chunks: readonly Buffer[]): [number, boolean] {
  const body = createBody(framing)
  let taken = 0
  for (const chunk of chunks) {
    const used = body.take(chunk, 0)
    if (used < 0) return [-1, false]
    taken += used
    if (used < chunk.length) break
  }
  return [taken, body.isComplete()]
}

t.test('the end of chunks is found, however they are cut and whatever follows', (t) => {
  fc.assert(
    fc.property(pieces, fc.boolean(), fractions, (data, withTrailer, fractions) => {
      const chunks = data.map(
        (piece) => `${piece.length.toString(16)};x=1\r\n${Buffer.from(piece).toString('latin1')}\r\n`,
      )
      const end = withTrailer ? '0\r\nA: b\r\nC: d\r\n\r\n' : '0\r\n\r\n'
      const body = Buffer.from(chunks.join('') + end, 'latin1')
      const [taken, complete] = take('chunked', cut(Buffer.concat([body, Buffer.from('GET /')]), fractions))
      const before = take('chunked', cut(body.subarray(0, -1), fractions))
      return taken === body.length && complete && !before[1]
    }),
    { numRuns: 500 },
  )
  t.pass('for every cut')
  t.end()
})

t.test('what is no chunk is refused', (t) => {
  for (const wrong of [
    'g\r\n',
    '\r\n',
    '-1\r\n',
    '1\na\r\n',
    '1\r\nab\r\n',
    '1 \r\na\r\n',
    '0x1\r\n',
    'f'.repeat(14),
  ]) {
    t.same(take('chunked', [Buffer.from(wrong)]), [-1, false], JSON.stringify(wrong))
  }
  t.same(take('chunked', [Buffer.from(`1;${'x'.repeat(300)}`)]), [-1, false], 'a long extension')
  t.same(take('chunked', [Buffer.from(`0\r\n${'a: b\r\n'.repeat(2000)}`)]), [-1, false], 'a long trailer')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fractions, (bytes, fractions) => {
      const [taken] = take('chunked', cut(Buffer.from(bytes), fractions))
      return taken >= -1 && taken <= bytes.length
    }),
  )
  t.end()
})

t.test('lengths', (t) => {
  fc.assert(
    fc.property(fc.nat(50), fc.uint8Array({ maxLength: 80 }), fractions, (length, bytes, fractions) => {
      const [taken, complete] = take(length, cut(Buffer.from(bytes), fractions))
      return taken === Math.min(length, bytes.length) && complete === bytes.length >= length
    }),
  )
  t.pass('for all')
  t.end()
})
