/** Records one by one, and as sets. Pure. */
import { canonicalData } from '../../proto/dns/layout.ts'
import type { ResourceRecord } from '../../proto/dns/message.ts'
import { canonicalName } from '../../proto/dns/name.ts'
import { classes, recordTypes } from '../../proto/dns/numbers.ts'
import type { RecordSet } from './zone.ts'

/** Some resolvers keep what has 0 for ever. */
export const leastTtl = 1
export const mostTtl = 2 ** 31 - 1

export function boundedTtl(ttl: number): number {
  return Math.min(Math.max(ttl, leastTtl), mostTtl)
}

/** The records of a set, under the name that was asked for when one is given. */
export function recordsOf(set: RecordSet, name = set.name): ResourceRecord[] {
  const { type, ttl } = set
  return set.data.map((data) => ({ name, type, class: classes.IN, ttl, data }))
}

export function sameData(type: number, one: Buffer, other: Buffer): boolean {
  return one.equals(other) || canonicalData(type, one).equals(canonicalData(type, other))
}

/** A set with a record more; there is one CNAME and one SOA at most. All of a set have the TTL that came last. */
export function withRecord(set: RecordSet | undefined, record: ResourceRecord): RecordSet {
  const { type } = record
  const alone = type === recordTypes.CNAME || type === recordTypes.SOA
  const others = alone ? [] : (set?.data ?? []).filter((data) => !sameData(type, data, record.data))
  return {
    name: canonicalName(record.name),
    type,
    ttl: boundedTtl(record.ttl),
    data: [...others, record.data],
  }
}
