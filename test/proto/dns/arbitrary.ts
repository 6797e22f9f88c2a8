import fc from 'fast-check'
import { dataFromText } from '../../../proto/dns/data-text.ts'
import type { Message, ResourceRecord } from '../../../proto/dns/message.ts'
import { nameBytes, readName } from '../../../proto/dns/name.ts'
import { recordTypes } from '../../../proto/dns/numbers.ts'

// Few letters, so that names share their ends, and bytes that have to be escaped.
const label = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[abA]{1,3}$/) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 8 }).map(escaped) },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(63), '_http', '*', '\\.') },
)

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (code) => `\\${String(code).padStart(3, '0')}`).join('')
}

/** As {@link readName} answers them. */
export const anyName = fc
  .array(label, { maxLength: 6 })
  .filter((labels) => labels.join('').length < 180)
  .map((labels) => (labels.length === 0 ? '.' : readName(nameBytes(`${labels.join('.')}.`), 0).name))

const anyBytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const words = (...fields: fc.Arbitrary<unknown>[]) => fc.tuple(...fields).map((values) => values.map(String))
const typed = (type: number, fields: fc.Arbitrary<string[]>) =>
  fields.map((list) => ({ type, data: dataFromText({ type, words: list, origin: '.' }) }))

/** Data of all types that have a form, and of some that have none. */
export const anyData: fc.Arbitrary<{ type: number; data: Buffer }> = fc.oneof(
  typed(recordTypes.A, words(fc.ipV4())),
  typed(recordTypes.AAAA, words(fc.ipV6())),
  typed(recordTypes.NS, words(anyName)),
  typed(recordTypes.CNAME, words(anyName)),
  typed(recordTypes.PTR, words(anyName)),
  typed(recordTypes.DNAME, words(anyName)),
  typed(recordTypes.MX, words(u16, anyName)),
  typed(recordTypes.SRV, words(u16, u16, u16, anyName)),
  typed(recordTypes.SOA, words(anyName, anyName, u32, u32, u32, u32, u32)),
  typed(
    recordTypes.TXT,
    fc.array(fc.uint8Array({ maxLength: 40 }).map(escaped), { minLength: 1, maxLength: 4 }),
  ),
  typed(recordTypes.CAA, words(fc.constant(0), fc.constantFrom('issue'), fc.constantFrom('ca.example'))),
  anyBytes(40).map((data) => ({ type: 4711, data: Buffer.concat([data, Buffer.of(1)]) })),
)

export const anyRecord: fc.Arbitrary<ResourceRecord> = fc
  .record({ name: anyName, ttl: u32, value: anyData })
  .map(({ name, ttl, value }) => ({ name, type: value.type, class: 1, ttl, data: value.data }))

/** As updates have them: a set, or all sets of a name. */
const withoutData: fc.Arbitrary<ResourceRecord> = fc.record({
  name: anyName,
  type: fc.constantFrom<number>(recordTypes.A, recordTypes.ANY),
  class: fc.constantFrom(254, 255),
  ttl: fc.constant(0),
  data: fc.constant(Buffer.alloc(0)),
})

const section = fc.array(fc.oneof({ weight: 4, arbitrary: anyRecord }, withoutData), { maxLength: 4 })
const flag = fc.boolean()
const question = fc.record({ name: anyName, type: u16, class: u16 })

export const anyMessage: fc.Arbitrary<Message> = fc.record({
  id: u16,
  response: flag,
  opcode: fc.integer({ min: 0, max: 15 }),
  authoritative: flag,
  truncated: flag,
  recursionDesired: flag,
  recursionAvailable: flag,
  authenticData: flag,
  checkingDisabled: flag,
  rcode: fc.integer({ min: 0, max: 15 }),
  questions: fc.array(question, { maxLength: 2 }),
  answers: section,
  authorities: section,
  additionals: section,
})
