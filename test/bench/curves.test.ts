import t from 'tap'
import { curvesToSvg } from '../../bench/curves.ts'

t.test('each series is a line, and no text ends the drawing', async (t) => {
  const svg = curvesToSvg({
    name: 'disks',
    title: 'a < b',
    horizontal: 'disks',
    unit: 'ms',
    series: [
      {
        name: 'one & all',
        points: [
          [1, 10],
          [10, 40],
        ],
      },
      {
        name: 'other',
        points: [
          [1, 0],
          [10, 35],
        ],
      },
    ],
  })
  t.equal(svg.match(/<polyline/g)?.length, 2)
  t.match(svg, 'a &lt; b, in ms')
  t.match(svg, 'one &amp; all')
  t.match(svg, /points="109\.0,290\.0 460\.0,110\.0"/)
})
