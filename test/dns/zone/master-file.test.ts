import fc from 'fast-check'
import t from 'tap'
import { formatZoneFile, parseZoneFile } from '../../../dns/zone/master-file.ts'
import { anyRecord } from '../../proto/dns/arbitrary.ts'
import { textOf } from '../support/messages.ts'
import { zoneOfText } from '../support/sample-zone.ts'

const head = '@ SOA ns h 1 1h 1m 1w 2\n NS ns\n'
const read = (text: string) => parseZoneFile({ text, origin: 'example.org.', ttl: 2 })
const problems = (text: string) => read(text).problems.map(({ line, message }) => `${line}: ${message}`)
const records = (text: string) => {
  const parsed = read(`${head}${text}`)
  return 'records' in parsed ? parsed.records.slice(2).map(textOf) : parsed.problems
}

t.test('files as people write them', async (t) => {
  t.same(
    records(`
$TTL 1h ; from here on
www   IN 5 A 10.0.0.1
      7 IN AAAA ::1 ; the same name
$ORIGIN sub
x.y   TXT ( "a;b" ; within
        c\\"d )
@     A 10.0.0.2
full.example.org. 0 CNAME .
`),
    [
      'www.example.org. 5 A 10.0.0.1',
      'www.example.org. 7 AAAA ::1',
      'x.y.sub.example.org. 3600 TXT "a;b" "c\\"d"',
      'sub.example.org. 3600 A 10.0.0.2',
      'full.example.org. 1 CNAME .',
    ],
    'and what has no time gets a second',
  )
})

t.test('a mistake is told with its line', async (t) => {
  t.same(problems('www A 10.0.0.1\n'), ['1: example.org. needs one SOA record'])
  t.same(problems('@ SOA ns h 1 1 1 1 1'), ['1: example.org. needs an NS record'])
  t.match(problems(`${head}a A 10.0.0\nb B c\n\nc.test. A 10.0.0.1\n$INCLUDE x`), [
    /^3: "10.0.0" is no IPv4/,
    /^4: "B" is no type/,
    /^6: c.test. is not within/,
    /^7: \$INCLUDE can not/,
  ])
  t.match(problems(`${head}a CNAME b\na A 10.0.0.1`), [/has a CNAME record and others/])
  t.match(problems(`${head}a TXT "b`), [/^3: a quote/])
  t.match(problems(`${head}a TXT ( b`), [/^3: a parenthesis is not closed/])
  t.match(problems(`${head}a CH TXT b`), [/only class IN/])
  t.match(problems(`${head}a SOA ns h 1 1 1 1 1`), [/not the zone's name/])
})

t.test('a zone comes back from its file', async (t) => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 10 }), (list) => {
      const owned = list
        .filter(({ type, name }) => type !== 6 && type !== 5 && name.length < 150)
        .map((record) => ({
          ...record,
          ttl: record.ttl >>> 1,
          name: `${record.name === '.' ? '' : record.name}example.org.`,
        }))
      const zone = zoneOfText(`${head}${owned.map(textOf).join('\n')}`)
      const text = formatZoneFile(zone)
      t.equal(formatZoneFile(zoneOfText(text)), text)
    }),
  )
})

t.test('any text is read or refused', async (t) => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('\n', ' ', '(', ')', '"', ';', '\\', '$TTL', '@', ' A 10.0.0.1\n', '\\#', '$ORIGIN ..'),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      read(pieces.join(''))
      read(`${head}${pieces.join('')}`)
    }),
    { numRuns: 1000 },
  )
  t.pass('whatever it is')
})
