import fc from 'fast-check'
import t from 'tap'
import { createTail } from '../../../agent/hook/tail.ts'

t.test('the end of any output, whole characters only, whatever the chunks', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary' })),
      fc.integer({ min: 4, max: 40 }),
      (texts, longest) => {
        const tail = createTail(longest)
        for (const text of texts) tail.add(Buffer.from(text))
        const whole = texts.join('')
        const kept = tail.text()
        return (
          Buffer.byteLength(kept) <= longest &&
          whole.trimEnd().endsWith(kept) &&
          // No more is lost than one character's beginning.
          (Buffer.byteLength(whole) <= longest
            ? kept === whole.trimEnd()
            : Buffer.byteLength(kept + whole.slice(whole.trimEnd().length)) > longest - 4)
        )
      },
    ),
  )
  t.end()
})

t.test('a chunk that is longer than all that is kept', (t) => {
  const tail = createTail(4)
  tail.add(Buffer.from('0123456789\n'))
  t.equal(tail.text(), '789')
  t.end()
})
