import fc from 'fast-check'
import t from 'tap'
import { printable } from '../../../../sdk/cli/render/printable.ts'
import { fit, textWidth } from '../../../../sdk/cli/render/text-width.ts'

const text = fc.string({ unit: 'grapheme' }).map(printable)

t.test('columns of a terminal, not code units', async (t) => {
  t.equal(textWidth('nginx'), 5)
  t.equal(textWidth('größe'), 5)
  t.equal(textWidth('e\u0301'), 1, 'a combining accent takes no column')
  t.equal(textWidth('数据库'), 6)
  t.equal(textWidth('ﾊ'), 1, 'a half-width form')
  t.equal(textWidth('🚀'), 2)
})

t.test('what fits is not changed, the rest is cut so that it fits', async (t) => {
  fc.assert(
    fc.property(text, fc.nat(40), (text, columns) => {
      const fitted = fit(text, columns)
      if (textWidth(text) <= columns) return fitted === text
      return textWidth(fitted) <= columns && text.startsWith(fitted.slice(0, -1))
    }),
  )
  t.equal(fit('nginx', 4), 'ngi…')
  t.equal(fit('数据库', 4), '数…', 'no half of a wide character')
  t.equal(fit('nginx', 0), '')
})
