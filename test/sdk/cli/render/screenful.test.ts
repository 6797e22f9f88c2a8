import t from 'tap'
import { screenful } from '../../../../sdk/cli/render/screenful.ts'

t.test('all rows, and what does not fit is counted', async (t) => {
  t.same(screenful('a\nb', 4), ['a', 'b', '', ''])
  t.same(screenful('a\nb\nc', 3), ['a', 'b', 'c'])
  t.same(screenful('a\nb\nc', 2), ['a', '… 2 more lines'])
  t.same(screenful('a\nb\nc', 1), ['… 3 more lines'])
})
