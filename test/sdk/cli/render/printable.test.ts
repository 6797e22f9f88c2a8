import fc from 'fast-check'
import t from 'tap'
import { printable, printableJson, printableJsonLine } from '../../../../sdk/cli/render/printable.ts'

// What a terminal acts on: controls, and characters that turn the direction of text round or hide it.
const acting = /[\p{Cc}\p{Cf}\u2028\u2029]|[\ud800-\udfff](?![\udc00-\udfff])/u

const text = fc.string({ unit: 'binary' })

t.test('nothing that a terminal acts on is left', async (t) => {
  fc.assert(fc.property(text, (hostile) => !acting.test(printable(hostile))))
  t.equal(printable('\x1b]0;owned\x07'), '\\x1b]0;owned\\x07')
  t.equal(printable('a\nb\tc\rd\x9b'), 'a\\nb\\tc\\rd\\x9b')
  t.equal(printable('exe\u202egpj'), 'exe\\u{202e}gpj')
})

t.test('what is harmless stays as it is', async (t) => {
  for (const harmless of ['', 'nginx: master process', 'C:\\x1b', 'größer', '数据库', '🚀']) {
    t.equal(printable(harmless), harmless)
  }
})

t.test('JSON is safe to show and means the same', async (t) => {
  fc.assert(
    fc.property(fc.dictionary(text, fc.array(text)), (value) => {
      const shown = printableJson(value)
      const line = printableJsonLine(value)
      t.same([JSON.parse(shown), JSON.parse(line)], [value, value])
      return !acting.test(line) && !acting.test(shown.replaceAll('\n', ''))
    }),
  )
  t.equal(printableJson('\u202e\u{e0001}'), '"\\u202e\\udb40\\udc01"')
})
