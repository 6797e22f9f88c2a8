/** What an update asks of the zone before it changes anything (RFC 2136, 3.2). Pure. */
import type { ResourceRecord } from '../../proto/dns/message.ts'
import { canonicalName, isWithin } from '../../proto/dns/name.ts'
import { classes, isMetaType, rcodes, recordTypes } from '../../proto/dns/numbers.ts'
import { sameData } from '../zone/records.ts'
import type { Zone } from '../zone/zone.ts'

/** NOERROR, or the code of the first thing that is not as asked. */
export function checkPrerequisites(
  zone: Pick<Zone, 'origin' | 'node'>,
  asked: readonly ResourceRecord[],
): number {
  const wanted = new Map<string, ResourceRecord[]>()
  for (const record of asked) {
    const code = checkOne(zone, record)
    if (code !== rcodes.NOERROR) return code
    if (record.class !== classes.IN) continue
    const key = `${record.type} ${canonicalName(record.name)}`
    wanted.set(key, [...(wanted.get(key) ?? []), record])
  }
  const differs = [...wanted.values()].some((records) => !isSame(zone, records))
  return differs ? rcodes.NXRRSET : rcodes.NOERROR
}

function checkOne(zone: Pick<Zone, 'origin' | 'node'>, record: ResourceRecord): number {
  const { type, data } = record
  const name = canonicalName(record.name)
  if (record.ttl !== 0) return rcodes.FORMERR
  if (!isWithin(name, zone.origin)) return rcodes.NOTZONE
  if (record.class === classes.IN) return isMetaType(type) ? rcodes.FORMERR : rcodes.NOERROR
  if ((record.class !== classes.ANY && record.class !== classes.NONE) || data.length > 0)
    return rcodes.FORMERR
  const node = zone.node(name)
  const isThere = type === recordTypes.ANY ? (node?.size ?? 0) > 0 : node?.has(type) === true
  if (isThere === (record.class === classes.ANY)) return rcodes.NOERROR
  if (type === recordTypes.ANY) return isThere ? rcodes.YXDOMAIN : rcodes.NXDOMAIN
  return isThere ? rcodes.YXRRSET : rcodes.NXRRSET
}

/** True when a set is made of these records and no others. */
function isSame(zone: Pick<Zone, 'node'>, records: readonly ResourceRecord[]): boolean {
  const [first] = records
  const there = first && zone.node(canonicalName(first.name))?.get(first.type)?.data
  if (first === undefined || there === undefined) return false
  const among = (data: Buffer, list: readonly Buffer[]) => list.some((one) => sameData(first.type, one, data))
  const asked = records.map(({ data }) => data)
  return there.every((data) => among(data, asked)) && asked.every((data) => among(data, there))
}
