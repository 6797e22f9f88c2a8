import fc from 'fast-check'
import t from 'tap'
import { addressBytes, dataFromText, dataText, seconds } from '../../../proto/dns/data-text.ts'
import { canonicalData } from '../../../proto/dns/layout.ts'
import { MalformedError } from '../../../proto/dns/malformed.ts'
import { recordTypes, typeName, typeNumber } from '../../../proto/dns/numbers.ts'
import { anyData } from './arbitrary.ts'

/** Words as a zone file's reader hands them on: without the quotes. */
const words = (text: string): string[] =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

t.test('any data comes back from text', (t) => {
  fc.assert(
    fc.property(anyData, ({ type, data }) => {
      const text = dataText(type, data)
      t.same(dataFromText({ type, words: words(text), origin: 'elsewhere.' }), data, text)
    }),
  )
  t.end()
})

t.test('data as people write it', (t) => {
  const read = (type: keyof typeof recordTypes, ...list: string[]): string =>
    dataText(
      recordTypes[type],
      dataFromText({ type: recordTypes[type], words: list, origin: 'example.org.' }),
    )
  t.equal(read('A', '10.0.0.1'), '10.0.0.1')
  t.equal(read('AAAA', 'FD00:0::1'), 'fd00::1')
  t.equal(read('AAAA', '::ffff:10.0.0.1'), '::ffff:a00:1')
  t.equal(read('SRV', '0', '5', '80', 'www'), '0 5 80 www.example.org.')
  t.equal(read('TXT', 'a b', '\\"'), '"a b" "\\""')
  t.equal(
    read('SOA', '@', 'admin', '1', '1h', '15M', '1w', '2'),
    'example.org. admin.example.org. 1 3600 900 604800 2',
  )
  t.equal(read('A', '\\#', '4', '0a00', '0001'), '10.0.0.1')
  t.equal(seconds('1h30m'), 5400)
  t.end()
})

t.test('what is no data is refused', (t) => {
  const wrong: [keyof typeof recordTypes, ...string[]][] = [
    ['A', '10.0.0'],
    ['A', '10.0.0.1', '10.0.0.2'],
    ['A', '\\#', '3', '0a0000'],
    ['A', '\\#', '4', '0a00'],
    ['AAAA', 'fe80::1%eth0'],
    ['AAAA', '10.0.0.1'],
    ['SRV', '0', '70000', '80', 'www'],
    ['SRV', '0', '-1', '80', 'www'],
    ['MX', '5', 'a..b'],
    ['TXT'],
    ['TXT', 'x'.repeat(256)],
    ['SVCB', '1', '.'],
  ]
  for (const [type, ...list] of wrong) {
    const attempt = (): Buffer => dataFromText({ type: recordTypes[type], words: list, origin: '.' })
    t.throws(attempt, MalformedError, [type, ...list].join(' ').slice(0, 40))
  }
  t.throws(() => addressBytes('shop', 'ipv4'), MalformedError)
  t.end()
})

t.test('names in data are equal whatever their case', (t) => {
  const data = (target: string): Buffer =>
    dataFromText({ type: recordTypes.SRV, words: ['0', '0', '80', target], origin: '.' })
  t.notSame(data('A.b.'), data('a.B.'))
  t.same(canonicalData(recordTypes.SRV, data('A.b.')), canonicalData(recordTypes.SRV, data('a.B.')))
  t.end()
})

t.test('types by name and number', (t) => {
  t.equal(typeNumber('aaaa'), 28)
  t.equal(typeNumber(typeName(4711)), 4711)
  for (const wrong of ['', 'TYPE', 'TYPE65536', 'B']) t.throws(() => typeNumber(wrong), MalformedError)
  t.end()
})
