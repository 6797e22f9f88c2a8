/** Answers a question from the zones. Pure. */
import { type Edns, ednsRecord } from '../../proto/dns/edns.ts'
import type { Message, ResourceRecord } from '../../proto/dns/message.ts'
import { canonicalName } from '../../proto/dns/name.ts'
import { classes, isMetaType, largestDatagram, rcodes, recordTypes } from '../../proto/dns/numbers.ts'
import { recordsOf } from '../zone/records.ts'
import { soaOf } from '../zone/soa.ts'
import { type RecordSet, type Zone, zoneOf } from '../zone/zone.ts'
import { type Lookup, lookUp, targetOf } from './lookup.ts'

/** The sections of an answer, its code, and whether it is of a zone of ours. */
export interface Answer {
  rcode: number
  authoritative: boolean
  answers: ResourceRecord[]
  authorities: ResourceRecord[]
  additionals: ResourceRecord[]
}

// Addresses beyond that are not worth the room.
const mostTargets = 16

export function plainAnswer(rcode: number): Answer {
  return { rcode, authoritative: false, answers: [], authorities: [], additionals: [] }
}

/** Undefined for a name that is in none of the zones. `message` has one question. */
export function answerQuestion(zones: ReadonlyMap<string, Zone>, message: Message): Answer | undefined {
  const [question] = message.questions
  if (question === undefined) return plainAnswer(rcodes.FORMERR)
  if (question.class !== classes.IN) return plainAnswer(rcodes.REFUSED)
  const zone = zoneOf(zones, question.name)
  if (zone === undefined) return undefined
  if (isMetaType(question.type) && question.type !== recordTypes.ANY) return plainAnswer(rcodes.NOTIMP)
  const lookup = lookUp(zones, zone, question.name, question.type)
  const answers = lookup.found.flatMap(({ set, name }) => recordsOf(set, name))
  // What is below a delegation is somebody else's to say.
  if (lookup.end === 'delegated') return referral(lookup, answers)
  const negative = lookup.end === 'nothing' || lookup.end === 'no-name'
  return {
    rcode: lookup.end === 'no-name' ? rcodes.NXDOMAIN : rcodes.NOERROR,
    authoritative: true,
    answers,
    authorities: negative ? negativeProof(lookup.zone) : [],
    additionals: addressesFor(zones, lookup.found.at(-1)?.set),
  }
}

function referral({ zone, delegation }: Lookup, answers: ResourceRecord[]): Answer {
  if (delegation === undefined) throw new RangeError('a delegation without its records')
  return {
    rcode: rcodes.NOERROR,
    authoritative: answers.length > 0,
    answers,
    authorities: recordsOf(delegation),
    additionals: addressesFor(new Map([[zone.origin, zone]]), delegation),
  }
}

/** The SOA record, which says for how long a resolver may remember that there is nothing (RFC 2308). */
export function negativeProof(zone: Zone): ResourceRecord[] {
  const { set, soa } = soaOf(zone)
  return recordsOf({ ...set, ttl: Math.max(1, Math.min(set.ttl, soa.minimum)) })
}

/** Addresses of the servers that the records of a set lead to, where a zone of ours has them. */
function addressesFor(zones: ReadonlyMap<string, Zone>, set: RecordSet | undefined): ResourceRecord[] {
  if (set === undefined) return []
  const leads = [recordTypes.SRV, recordTypes.NS, recordTypes.MX] as number[]
  if (!leads.includes(set.type)) return []
  const targets = set.data.slice(0, mostTargets).map((data) => targetOf({ type: set.type, data: [data] }))
  return [...new Set(targets.map(canonicalName))].flatMap((target) => {
    const node = zoneOf(zones, target)?.node(target)
    const addresses = [node?.get(recordTypes.A), node?.get(recordTypes.AAAA)]
    return addresses.flatMap((one) => (one === undefined ? [] : recordsOf(one)))
  })
}

/** The message that an answer becomes. */
export function replyTo(message: Message, answer: Answer, edns?: Edns): Message {
  const { rcode, authoritative, answers, authorities, additionals } = answer
  return {
    ...message,
    response: true,
    authoritative,
    truncated: false,
    recursionAvailable: false,
    authenticData: false,
    rcode: rcode & 0xf,
    questions: message.questions.slice(0, 1),
    answers,
    authorities,
    additionals: [...additionals, ...(edns === undefined ? [] : [ednsReply(edns, rcode)])],
  }
}

/** What we say of ourselves to whoever speaks EDNS: the version that we know, and no options. */
function ednsReply({ dnssecOk }: Edns, rcode: number): ResourceRecord {
  return ednsRecord({
    datagramSize: largestDatagram,
    version: 0,
    extendedCode: rcode >> 4,
    dnssecOk,
    options: Buffer.alloc(0),
  })
}
