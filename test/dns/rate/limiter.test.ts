import t from 'tap'
import { createLimiter } from '../../../dns/rate/limiter.ts'
import { shortened } from '../../../dns/rate/shortened.ts'
import { messageBytes, readMessage } from '../../../proto/dns/message.ts'
import { query, record } from '../support/messages.ts'

const found = messageBytes(
  query('www.example.org.', { response: true, answers: [record('www.example.org. 2 A 10.0.0.1')] }),
)
const noName = messageBytes(query('no.example.org.', { response: true, rcode: 3 }))

t.test('as many as are allowed, and a burst', async (t) => {
  const limiter = createLimiter({ responsesPerSecond: 5, slip: 2 })
  const ask = (count: number, atMs: number, address = '10.0.0.1', bytes = found) =>
    Array.from({ length: count }, () => limiter.decide(address, bytes, atMs)).join(' ')
  t.equal(ask(10, 0), Array(10).fill('send').join(' '))
  t.equal(ask(4, 0), 'drop shorten drop shorten')
  t.equal(ask(1, 0, '10.0.0.77'), 'drop', 'its whole network')
  t.equal(ask(1, 0, '10.0.1.1'), 'send', 'another network')
  t.equal(ask(1, 0, '10.0.0.1', noName), 'send', 'another kind of answer')
  t.equal(ask(2, 200), 'send shorten', 'one more after a fifth of a second')
  t.equal(
    ask(11, 100_000),
    `${Array(10).fill('send').join(' ')} drop`,
    'no more than a burst after a long time',
  )
  t.equal(ask(11, 0, 'fd00::1'), `${Array(10).fill('send').join(' ')} drop`)
  t.equal(ask(1, 0, 'fd00:0:0:ff::1'), 'shorten')
  t.equal(ask(1, 0, 'fd00:0:0:100::1'), 'send')
})

t.test('a shortened answer asks to come by TCP', async (t) => {
  const message = readMessage(shortened(found))
  t.same(message, { ...readMessage(found), truncated: true, answers: [] })
})
