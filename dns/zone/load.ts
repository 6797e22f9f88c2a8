/** What a zone begins with, and what a zone file makes of one that is there. Pure. */

import type { ResourceRecord } from '../../proto/dns/message.ts'
import { canonicalName, nameBytes } from '../../proto/dns/name.ts'
import { recordTypes } from '../../proto/dns/numbers.ts'
import { withRecord } from './records.ts'
import { isLater, nextSerial, readSoa, soaBytes, soaOf } from './soa.ts'
import type { NodeChange, RecordSet, Zone } from './zone.ts'

// Of the SOA record that is made for a zone without a file, in seconds. Secondaries are told of changes; these are for when they were not.
const refresh = 60
const retry = 10
const expire = 604_800

/** The records of a zone that nobody wrote a file for. */
export function emptyZone(options: {
  origin: string
  servers: readonly string[]
  mailbox: string
  ttl: number
  serial: number
}): RecordSet[] {
  const { origin, servers, mailbox, ttl, serial } = options
  const [server = origin] = servers
  const soa = soaBytes({ server, mailbox, serial, refresh, retry, expire, minimum: ttl })
  return [
    { name: origin, type: recordTypes.SOA, ttl, data: [soa] },
    { name: origin, type: recordTypes.NS, ttl, data: servers.map(nameBytes) },
  ]
}

export function setsOf(records: readonly ResourceRecord[]): RecordSet[] {
  const sets = new Map<string, RecordSet>()
  for (const record of records) {
    const key = `${record.type} ${canonicalName(record.name)}`
    sets.set(key, withRecord(sets.get(key), record))
  }
  return [...sets.values()]
}

/** Puts what a file says in place of all written records. The serial rises, whatever the file has. */
export function replaceZone(zone: Zone, sets: readonly RecordSet[]): NodeChange[] {
  const now = soaOf(zone).soa.serial
  const raised = sets.map((set) => (set.type === recordTypes.SOA ? withLaterSerial(set, now) : set))
  const byName = Map.groupBy(raised, ({ name }) => name)
  const gone = [...zone.nodes()].flatMap(([name]) => (byName.has(name) ? [] : [{ name, sets: undefined }]))
  return [...gone, ...[...byName].map(([name, list]) => ({ name, sets: list }))]
}

function withLaterSerial(set: RecordSet, than: number): RecordSet {
  const [data] = set.data
  if (data === undefined) return set
  const soa = readSoa(data)
  const serial = isLater(soa.serial, than) ? soa.serial : nextSerial(than)
  return { ...set, data: [soaBytes({ ...soa, serial })] }
}
