/** EDNS: the record by which both sides say what they can beyond RFC 1035 (RFC 6891). Pure. */
import { MalformedError } from './malformed.ts'
import type { Message, ResourceRecord } from './message.ts'
import { recordTypes } from './numbers.ts'

export interface Edns {
  /** The largest datagram that the sender takes, as it says. */
  datagramSize: number
  version: number
  /** The upper eight bits of the response code. */
  extendedCode: number
  dnssecOk: boolean
  /** As they are: codes, lengths and values. */
  options: Buffer
}

/** What a message says of EDNS; undefined when nothing. Throws a {@link MalformedError} when it says it twice or wrongly. */
export function readEdns(message: Message): Edns | undefined {
  const found = message.additionals.filter(({ type }) => type === recordTypes.OPT)
  const elsewhere = [...message.answers, ...message.authorities].some(({ type }) => type === recordTypes.OPT)
  const [record, second] = found
  if (elsewhere || second !== undefined)
    throw new MalformedError('a message has more than one place for EDNS')
  if (record === undefined) return undefined
  if (record.name !== '.') throw new MalformedError('the record of EDNS has a name')
  checkOptions(record.data)
  return {
    datagramSize: record.class,
    version: (record.ttl >>> 16) & 0xff,
    extendedCode: record.ttl >>> 24,
    dnssecOk: (record.ttl & 0x8000) !== 0,
    options: record.data,
  }
}

function checkOptions(options: Buffer): void {
  let at = 0
  while (at < options.length) {
    if (at + 4 > options.length) throw new MalformedError('an option of EDNS ends too early')
    at += 4 + options.readUInt16BE(at + 2)
  }
  if (at !== options.length) throw new MalformedError('an option of EDNS ends too early')
}

/** The record that says it. */
export function ednsRecord(edns: Edns): ResourceRecord {
  return {
    name: '.',
    type: recordTypes.OPT,
    class: edns.datagramSize,
    ttl: edns.extendedCode * 0x1000000 + (edns.version << 16) + (edns.dnssecOk ? 0x8000 : 0),
    data: edns.options,
  }
}
