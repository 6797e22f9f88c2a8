/** A whole zone for a secondary, in as many messages as it takes (AXFR, RFC 5936). Pure. */
import { type Message, messageBytes, type ResourceRecord } from '../../proto/dns/message.ts'
import { rcodes } from '../../proto/dns/numbers.ts'
import { plainAnswer, replyTo } from '../answer/answer.ts'
import type { Seal } from '../answer/seal.ts'
import { recordsOf } from '../zone/records.ts'
import { soaOf } from '../zone/soa.ts'
import type { Zone } from '../zone/zone.ts'

// A message ends at the record with which it has that many bytes, names counted in full: some clients read no larger ones.
const usualBytes = 16_000

/** Messages one by one: the zone's SOA record first and last. What the zone is when it begins is what is sent. */
export function transferMessages(options: { zone: Zone; message: Message; seal: Seal }): Iterable<Buffer> {
  const { zone, message, seal } = options
  const soa = recordsOf(soaOf(zone).set)
  const sets = [...zone.nodes()].flatMap(([, node]) => [...node.values()])
  const others = sets.filter((set) => set !== soaOf(zone).set)
  return messagesOf({
    records: withEnds(
      soa,
      others.flatMap((set) => recordsOf(set)),
    ),
    message,
    seal,
  })
}

function withEnds(ends: ResourceRecord[], records: ResourceRecord[]): ResourceRecord[] {
  return [...ends, ...records, ...ends]
}

function* messagesOf(options: {
  records: readonly ResourceRecord[]
  message: Message
  seal: Seal
}): Generator<Buffer> {
  const { records, message, seal } = options
  let answers: ResourceRecord[] = []
  let size = 0
  for (const [index, record] of records.entries()) {
    answers.push(record)
    size += record.name.length + record.data.length + 12
    if (size < usualBytes && index < records.length - 1) continue
    const answer = { ...plainAnswer(rcodes.NOERROR), authoritative: true, answers }
    yield seal(messageBytes(replyTo({ ...message, additionals: [] }, answer)))
    answers = []
    size = 0
  }
}
