import t from 'tap'
import { cores, duration, moment, size } from '../../../../sdk/cli/render/units.ts'

const mebibyte = 1024 * 1024

t.test('sizes', async (t) => {
  t.equal(size(0), '0 MiB')
  t.equal(size(3.42 * mebibyte), '3.4 MiB')
  t.equal(size(211.6 * mebibyte), '212 MiB')
  t.equal(size(1024 * mebibyte), '1 GiB')
  t.equal(size(1280 * mebibyte), '1.25 GiB')
})

t.test('processors and times', async (t) => {
  t.equal(cores(0.4199), '0.42')
  t.equal(cores(2), '2.00')
  t.equal(duration(4.23), '4.2 ms')
  t.equal(duration(812.4), '812 ms')
  t.equal(duration(12_345), '12.3 s')
  t.equal(duration(Number.NaN), '-')
  t.match(moment(Date.UTC(2026, 10, 23, 12)), /^2026-11-2[234] \d\d:00:00$/)
})
