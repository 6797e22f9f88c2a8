import t from 'tap'
import { toMarkdown } from '../../bench/markdown.ts'
import { toSvg } from '../../bench/plot.ts'
import { median, row } from '../../bench/row.ts'

t.test('the median is the middle, whatever the order', async (t) => {
  t.equal(median([3, 1, 2]), 2)
  t.equal(median([4, 1, 3, 2]), 2.5)
  t.throws(() => median([]), RangeError)
})

t.test('a row compares medians and says whether the aim is met', async (t) => {
  const aim = { text: 'at most half', met: (_: number, ratio: number | null) => (ratio ?? 1) <= 0.5 }
  const made = row({ what: 'x', unit: 'ms', values: [1, 2, 9], peer: { name: 'y', values: [4, 4, 5] }, aim })
  t.match(made, { value: 2, peerValue: 4, ratio: 0.5, met: true, spread: [1, 9], runs: 3 })
  t.match(row({ what: 'x', unit: 'ms', values: [1] }), { peerValue: null, ratio: null, met: null })
})

t.test('tables and plots keep what is in them apart from their own syntax', async (t) => {
  const rows = [row({ what: 'a | b <c>', unit: 'ms', values: [0.5], peer: { name: 'p&q', values: [100] } })]
  t.match(toMarkdown('split', 'here', rows), /a \\\| b <c>/)
  const svg = toSvg('split', rows)
  t.match(svg, /a \| b &lt;c&gt;/)
  t.match(svg, /p&amp;q/)
  t.notMatch(svg, /NaN|Infinity/)
})
