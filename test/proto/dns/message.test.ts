import fc from 'fast-check'
import t from 'tap'
import { ednsRecord, readEdns } from '../../../proto/dns/edns.ts'
import { MalformedError } from '../../../proto/dns/malformed.ts'
import { messageBytes, readMessage } from '../../../proto/dns/message.ts'
import { anyMessage } from './arbitrary.ts'

const answer =
  '4d2c8580000100010000000003777777076578616d706c65036f72670000010001c00c000100010000000200040a000001'

const refusal = (bytes: Buffer): string => {
  try {
    readMessage(bytes)
    return ''
  } catch (error) {
    if (error instanceof MalformedError) return error.message
    throw error
  }
}

t.test('an answer as other servers send it', (t) => {
  const message = readMessage(Buffer.from(answer, 'hex'))
  t.match(message, {
    id: 0x4d2c,
    response: true,
    authoritative: true,
    recursionAvailable: true,
    rcode: 0,
    questions: [{ name: 'www.example.org.', type: 1, class: 1 }],
    answers: [{ name: 'www.example.org.', type: 1, class: 1, ttl: 2, data: Buffer.of(10, 0, 0, 1) }],
  })
  t.equal(messageBytes(message).toString('hex'), answer, 'and back, with the same pointer')
  t.end()
})

t.test('any message comes back', (t) => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      t.same(readMessage(messageBytes(message)), message)
    }),
    { numRuns: 300 },
  )
  t.end()
})

t.test('any bytes are read or refused, and nothing else', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      refusal(Buffer.from(bytes))
    }),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(
      anyMessage,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      (message, changes) => {
        const bytes = Buffer.from(messageBytes(message))
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        refusal(bytes)
        refusal(bytes.subarray(0, (changes[0]?.[0] ?? 0) % bytes.length))
      },
    ),
    { numRuns: 3000 },
  )
  t.pass('for every input')
  t.end()
})

t.test('what could keep a reader busy is refused', (t) => {
  const header = (counts: string): string => `000000000${counts}`
  const one = Buffer.from(`${header('001000100000000'.slice(1))}`.padEnd(24, '0'), 'hex')
  t.ok(refusal(one), 'counts beyond the message')
  const loop = Buffer.from('000000000001000000000000c00c00010001', 'hex')
  t.equal(refusal(loop), 'a name points forwards', 'a pointer to itself')
  const chain = Buffer.concat([
    Buffer.from('000000000001000000000000', 'hex'),
    Buffer.from('016100', 'hex'),
    Buffer.from('c00cc00f'.repeat(10), 'hex'),
  ])
  t.ok(refusal(chain), 'pointers to pointers')
  const long = Buffer.concat([
    Buffer.from('000000000001000000000000', 'hex'),
    ...Array.from({ length: 5 }, () => Buffer.concat([Buffer.of(63), Buffer.alloc(63, 97)])),
    Buffer.from('0000010001', 'hex'),
  ])
  t.equal(refusal(long), 'a name is longer than 255 bytes')
  const bytes = Buffer.from(answer, 'hex')
  t.equal(refusal(Buffer.concat([bytes, Buffer.of(0)])), 'a message goes on after its end')
  t.equal(refusal(Buffer.alloc(65_536)), 'a message is longer than 65535 bytes')
  t.end()
})

t.test('a message has an end', (t) => {
  const message = readMessage(Buffer.from(answer, 'hex'))
  t.throws(() => messageBytes(message, 40), MalformedError)
  t.equal(messageBytes(message, answer.length / 2).length, answer.length / 2)
  t.end()
})

t.test('EDNS', (t) => {
  const message = readMessage(Buffer.from(answer, 'hex'))
  t.equal(readEdns(message), undefined)
  const options = Buffer.from('000a0001ff', 'hex')
  const edns = { datagramSize: 1232, version: 1, extendedCode: 200, dnssecOk: true, options }
  const record = ednsRecord(edns)
  const read = (additionals = [record]) => readEdns(readMessage(messageBytes({ ...message, additionals })))
  t.same(read(), edns)
  t.throws(() => read([record, record]), MalformedError, 'twice')
  t.throws(() => read([{ ...record, name: 'a.' }]), MalformedError, 'with a name')
  t.throws(() => read([ednsRecord({ ...edns, options: options.subarray(0, 4) })]), MalformedError)
  t.throws(() => readEdns({ ...message, answers: [record] }), MalformedError, 'among the answers')
  t.end()
})
