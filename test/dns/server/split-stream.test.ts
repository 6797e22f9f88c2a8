import fc from 'fast-check'
import t from 'tap'
import { createMessageSplitter } from '../../../dns/server/split-stream.ts'

const anyMessages = fc.array(
  fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constant(new Uint8Array(300).fill(7))),
  { maxLength: 6 },
)

t.test('messages come out as they went in, wherever the stream was cut', (t) => {
  fc.assert(
    fc.property(
      anyMessages,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (messages, cuts) => {
        const stream = Buffer.concat(
          messages.flatMap((one) => [Buffer.of(one.length >> 8, one.length & 255), Buffer.from(one)]),
        )
        const splitter = createMessageSplitter()
        const seen: Buffer[] = []
        for (let at = 0, index = 0; at < stream.length; index++) {
          const size = cuts[index % cuts.length] ?? 1
          seen.push(...splitter.take(stream.subarray(at, at + size)))
          at += size
        }
        t.same(
          seen,
          messages.map((one) => Buffer.from(one)),
        )
      },
    ),
  )
  t.end()
})
