import t from 'tap'
import { parseMemory, parseSeconds, parseWholeNumber } from '../../../../sdk/cli/arguments/quantity.ts'

t.test('memory has a unit', async (t) => {
  t.equal(parseMemory('1024M'), 1024)
  t.equal(parseMemory('2G'), 2048)
  t.equal(parseMemory('512MiB'), 512)
  t.equal(parseMemory('1gb'), 1024)
  for (const bad of ['', '1024', '1.5G', '-1G', '1T', 'G', '1G ', '9999999999M']) {
    t.throws(() => parseMemory(bad), { code: 'BAD_SIZE' }, JSON.stringify(bad))
  }
})

t.test('seconds', async (t) => {
  t.equal(parseSeconds('30'), 30_000)
  t.equal(parseSeconds('0.5'), 500)
  t.equal(parseSeconds('0'), 0)
  for (const bad of ['', '-1', '1m', 'NaN', '1e9', '.5', '1.2345']) {
    t.throws(() => parseSeconds(bad), { code: 'BAD_TIME' }, JSON.stringify(bad))
  }
})

t.test('whole numbers', async (t) => {
  t.equal(parseWholeNumber('2'), 2)
  for (const bad of ['', '2.5', '-2', '0x10', '1e3', '12345678901']) {
    t.throws(() => parseWholeNumber(bad), { code: 'BAD_NUMBER' }, JSON.stringify(bad))
  }
})
