import t from 'tap'
import { answerQuestion } from '../../../dns/answer/answer.ts'
import { query, textOf } from '../support/messages.ts'
import { sampleZone, zoneOfText } from '../support/sample-zone.ts'

const other = zoneOfText('@ SOA ns h 1 1 1 1 600\n NS ns\nhere A 10.1.1.1\n', 'other.test.')
const zones = new Map([
  ['example.org.', sampleZone()],
  ['other.test.', other],
])
const soa = 'example.org. 2 SOA ns.example.org. hostmaster.example.org. 7 60 10 604800 3'

/** The code, the answers, and what is behind. */
function ask(text: string) {
  const answer = answerQuestion(zones, query(text))
  if (answer === undefined) return 'outside'
  const { rcode, authoritative, answers, authorities, additionals } = answer
  return {
    rcode,
    authoritative,
    answers: answers.map(textOf),
    authorities: authorities.map(textOf),
    additionals: additionals.map(textOf),
  }
}
const found = (...answers: string[]) => ({
  rcode: 0,
  authoritative: true,
  answers,
  authorities: [],
  additionals: [],
})
const nothing = { rcode: 0, authoritative: true, answers: [], authorities: [soa], additionals: [] }
const noName = { ...nothing, rcode: 3 }

t.test('what is there', async (t) => {
  t.same(ask('www.example.org. A'), found('www.example.org. 2 A 10.0.0.1', 'www.example.org. 2 A 10.0.0.2'))
  t.same(ask('www.example.org. AAAA'), found('www.example.org. 2 AAAA fd00::1'))
  t.same(ask('text.example.org. TXT'), found('text.example.org. 2 TXT "one string" "two"'))
  t.same(ask('example.org. SOA'), found(soa))
  t.same(
    ask('wWw.eXample.ORG. AAAA'),
    found('wWw.eXample.ORG. 2 AAAA fd00::1'),
    'in the case that was asked for',
  )
  t.same(
    ask('www.example.org. ANY'),
    found('www.example.org. 2 A 10.0.0.1', 'www.example.org. 2 A 10.0.0.2'),
    'one set of any',
  )
})

t.test('addresses come along', async (t) => {
  t.match(ask('_http._tcp.example.org. SRV'), {
    answers: ['_http._tcp.example.org. 2 SRV 0 5 80 www.example.org.', /81 ns/],
    additionals: [/www.* A 10.0.0.1/, /www.* A 10.0.0.2/, /www.* AAAA/, /ns.* A 127.0.0.1/],
  })
  t.match(ask('mail.example.org. MX'), { additionals: { length: 3 } })
  t.match(ask('example.org. NS'), {
    answers: ['example.org. 2 NS ns.example.org.'],
    additionals: [/127.0.0.1/],
  })
})

t.test('what is not there', async (t) => {
  t.same(ask('www.example.org. TXT'), nothing)
  t.same(ask('no.example.org. A'), noName)
  t.same(ask('no.www.example.org. A'), noName, 'nor below what is')
  t.same(ask('deep.example.org. A'), nothing, 'a name between two others')
  t.same(ask('b.deep.example.org. A'), nothing)
  t.same(ask('x.deep.example.org. A'), noName)
  t.match(ask('no.other.test. A'), { authorities: [/^other.test. 2 SOA/] }, 'not for longer than its own TTL')
  t.equal(ask('example.com. A'), 'outside')
  t.equal(ask('org. A'), 'outside')
  t.match(
    answerQuestion(
      zones,
      query('www.example.org. A', { questions: [{ name: 'www.example.org.', type: 1, class: 3 }] }),
    ),
    { rcode: 5 },
  )
  t.match(ask('www.example.org. TYPE250'), { rcode: 4 }, 'no type of a record')
})

t.test('aliases', async (t) => {
  const addresses = ['www.example.org. 2 A 10.0.0.1', 'www.example.org. 2 A 10.0.0.2']
  t.same(ask('alias.example.org. A'), found('alias.example.org. 2 CNAME www.example.org.', ...addresses))
  t.match(ask('chain.example.org. A'), { answers: [/^chain/, /^alias/, ...addresses] })
  t.same(ask('alias.example.org. CNAME'), found('alias.example.org. 2 CNAME www.example.org.'))
  t.match(ask('alias.example.org. TXT'), { rcode: 0, answers: { length: 1 }, authorities: [soa] })
  t.same(ask('outside.example.org. A'), found('outside.example.org. 2 CNAME www.elsewhere.test.'))
  t.match(ask('lost.example.org. A'), { rcode: 3, answers: [/CNAME/], authorities: [soa] })
  t.match(ask('circle.example.org. A'), { rcode: 0, answers: { length: 9 } }, 'a circle has an end')
  t.match(ask('x.to.example.org. A'), { answers: [/^x.to.example.org. 2 CNAME www/, ...addresses] })
})

t.test('wildcards, as in RFC 4592', async (t) => {
  t.same(ask('any.wild.example.org. TXT'), found('any.wild.example.org. 2 TXT "for all below"'))
  t.same(ask('a.b.wild.example.org. A'), found('a.b.wild.example.org. 2 A 10.0.0.9'), 'of any depth')
  t.same(ask('any.wild.example.org. AAAA'), nothing, 'of the types that it has')
  t.same(ask('here.wild.example.org. TXT'), nothing, 'not for a name that is there')
  t.same(ask('x.here.wild.example.org. A'), noName, 'nor below one')
  t.same(ask('*.wild.example.org. A'), found('*.wild.example.org. 2 A 10.0.0.9'), 'itself')
  t.same(ask('wild.example.org. A'), nothing)
})

t.test("what is somebody else's", async (t) => {
  const referral = {
    rcode: 0,
    authoritative: false,
    answers: [],
    authorities: ['sub.example.org. 2 NS ns.sub.example.org.'],
    additionals: ['ns.sub.example.org. 2 A 10.0.0.53'],
  }
  t.same(ask('sub.example.org. A'), referral)
  t.same(ask('x.y.sub.example.org. A'), referral)
  t.same(ask('ns.sub.example.org. A'), referral)
})
