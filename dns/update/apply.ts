/** What an update makes of the records of a zone (RFC 2136, 3.4). Pure. */
import type { ResourceRecord } from '../../proto/dns/message.ts'
import { canonicalName, isWithin } from '../../proto/dns/name.ts'
import { classes, isMetaType, rcodes, recordTypes } from '../../proto/dns/numbers.ts'
import { sameData, withRecord } from '../zone/records.ts'
import { isSameNode } from '../zone/same-node.ts'
import { isLater, readSoa } from '../zone/soa.ts'
import type { Node, NodeChange, RecordSet } from '../zone/zone.ts'

export interface UpdatedZone {
  origin: string
  /** The layer that updates change. */
  written(name: string): Node | undefined
  /** What routes give, which no update changes. */
  live(name: string): Node | undefined
}

export type Updated = { rcode: number; changes?: undefined } | { rcode: 0; changes: NodeChange[] }

/** Changes nothing: it answers what has to change, or why the update is refused as a whole. */
export function applyUpdate(zone: UpdatedZone, updates: readonly ResourceRecord[]): Updated {
  for (const record of updates) {
    const rcode = checkForm(zone, record)
    if (rcode !== rcodes.NOERROR) return { rcode }
  }
  const draft = new Map<string, Map<number, RecordSet>>()
  for (const record of updates) {
    const name = canonicalName(record.name)
    const sets = draft.get(name) ?? new Map(zone.written(name))
    draft.set(name, sets)
    const isApex = name === zone.origin
    if (record.class === classes.IN) add(sets, record, isApex)
    else if (record.class === classes.ANY) removeSets(sets, record.type, isApex)
    else removeRecord(sets, record, isApex)
  }
  const changes = [...draft]
    .map(([name, sets]) => ({ name, sets: sets.size === 0 ? undefined : [...sets.values()] }))
    .filter(({ name, sets }) => !isSameNode(sets, zone.written(name)))
  return { rcode: rcodes.NOERROR, changes }
}

function checkForm(zone: UpdatedZone, record: ResourceRecord): number {
  const { type } = record
  const name = canonicalName(record.name)
  if (!isWithin(name, zone.origin)) return rcodes.NOTZONE
  const all = type === recordTypes.ANY && record.class === classes.ANY
  if (isMetaType(type) && !all) return rcodes.FORMERR
  if (record.class === classes.IN) return isOfRoute(zone.live(name), type) ? rcodes.REFUSED : rcodes.NOERROR
  if (record.class !== classes.ANY && record.class !== classes.NONE) return rcodes.FORMERR
  if (record.ttl !== 0) return rcodes.FORMERR
  return (record.data.length === 0) === (record.class === classes.ANY) ? rcodes.NOERROR : rcodes.FORMERR
}

/** It would be kept and never be seen. */
function isOfRoute(live: Node | undefined, type: number): boolean {
  return live !== undefined && (live.has(type) || type === recordTypes.CNAME)
}

type Sets = Map<number, RecordSet>

/** The RFC has what can't be beside each other left out in silence. */
function add(sets: Sets, record: ResourceRecord, isApex: boolean): void {
  const { type, data } = record
  const isAlias = type === recordTypes.CNAME
  if ([...sets.keys()].some((other) => (other === recordTypes.CNAME) !== isAlias)) return
  const before = sets.get(type)
  if (type === recordTypes.SOA) {
    const [old] = before?.data ?? []
    if (!isApex || old === undefined || !isLater(readSoa(data).serial, readSoa(old).serial)) return
  }
  if (isApex && isAlias) return
  sets.set(type, withRecord(before, record))
}

/** A zone keeps its SOA and NS records, whatever else goes. */
function isKept(type: number, isApex: boolean): boolean {
  return isApex && (type === recordTypes.SOA || type === recordTypes.NS)
}

function removeSets(sets: Sets, type: number, isApex: boolean): void {
  for (const present of [...sets.keys()]) {
    if ((type === recordTypes.ANY || type === present) && !isKept(present, isApex)) sets.delete(present)
  }
}

function removeRecord(sets: Sets, { type, data }: ResourceRecord, isApex: boolean): void {
  const before = sets.get(type)
  if (before === undefined || (isApex && type === recordTypes.SOA)) return
  const left = before.data.filter((one) => !sameData(type, one, data))
  if (left.length > 0) sets.set(type, { ...before, data: left })
  else if (!isKept(type, isApex)) sets.delete(type)
}
