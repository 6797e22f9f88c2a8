import fc from 'fast-check'
import t from 'tap'
import { MalformedError } from '../../../proto/dns/malformed.ts'
import {
  canonicalName,
  isWithin,
  labelsOf,
  nameBytes,
  parentOf,
  parseName,
  readName,
} from '../../../proto/dns/name.ts'
import { anyName } from './arbitrary.ts'

t.test('any name comes back from bytes and from text', (t) => {
  fc.assert(
    fc.property(anyName, (name) => readName(nameBytes(name), 0).name === name && parseName(name) === name),
  )
  t.pass('for every name')
  t.end()
})

t.test('every label leads to a name above that holds it', (t) => {
  fc.assert(
    fc.property(anyName, (name) => {
      let count = 0
      for (let above = parentOf(name); above !== undefined; above = parentOf(above)) {
        count += 1
        if (!isWithin(name, above)) return false
      }
      return count === labelsOf(name).length
    }),
  )
  t.pass('for every name')
  t.end()
})

t.test('names as people write them', (t) => {
  t.equal(parseName('www', 'example.org.'), 'www.example.org.')
  t.equal(parseName('www.', 'example.org.'), 'www.')
  t.equal(parseName('@', 'example.org.'), 'example.org.')
  t.equal(parseName('www\\.', 'example.org.'), 'www\\..example.org.', 'an escaped dot ends nothing')
  t.equal(parseName('\\065b\\009'), 'Ab\\009.', 'escaped in the one usual way')
  for (const wrong of ['', 'a..b', '.a', '\\', '\\25', '\\256', 'x'.repeat(64), 'é€', 'a.'.repeat(128)]) {
    t.throws(() => parseName(wrong), MalformedError, JSON.stringify(wrong.slice(0, 10)))
  }
  t.end()
})

t.test('a dot in a label parts no names', (t) => {
  t.notOk(isWithin('a\\.example.org.', 'example.org.'))
  t.ok(isWithin('a\\\\.example.org.', 'example.org.'), 'but a backslash before it does not hide one')
  t.notOk(isWithin('badexample.org.', 'example.org.'))
  t.equal(canonicalName('WwW.Example.ORG.'), 'www.example.org.')
  t.end()
})
