/** The record that a zone begins with. Pure. */
import { partsOf } from '../../proto/dns/layout.ts'
import { nameBytes } from '../../proto/dns/name.ts'
import { recordTypes } from '../../proto/dns/numbers.ts'
import type { RecordSet, Zone } from './zone.ts'

export interface Soa {
  /** Of the zone's first name server. */
  server: string
  /** Of who looks after it: `admin.example.org.` for admin@example.org. */
  mailbox: string
  serial: number
  /** Seconds, as the four that follow. */
  refresh: number
  retry: number
  expire: number
  /** How long it may be remembered that there is no such record. */
  minimum: number
}

export function readSoa(data: Buffer): Soa {
  const [server, mailbox, ...numbers] = partsOf(recordTypes.SOA, data, { start: 0, end: data.length })
  const number = (index: number): number => data.readUInt32BE(numbers[index]?.start ?? 0)
  return {
    server: server?.name ?? '.',
    mailbox: mailbox?.name ?? '.',
    serial: number(0),
    refresh: number(1),
    retry: number(2),
    expire: number(3),
    minimum: number(4),
  }
}

export function soaBytes(soa: Soa): Buffer {
  const numbers = Buffer.alloc(20)
  const { serial, refresh, retry, expire, minimum } = soa
  for (const [index, value] of [serial, refresh, retry, expire, minimum].entries()) {
    numbers.writeUInt32BE(value, index * 4)
  }
  return Buffer.concat([nameBytes(soa.server), nameBytes(soa.mailbox), numbers])
}

/** Every zone has one. Throws a RangeError for one that does not, which would be a mistake of ours. */
export function soaOf(zone: Pick<Zone, 'origin' | 'node'>): { set: RecordSet; soa: Soa } {
  const set = zone.node(zone.origin)?.get(recordTypes.SOA)
  const [data] = set?.data ?? []
  if (set === undefined || data === undefined) throw new RangeError(`zone ${zone.origin} has no SOA record`)
  return { set, soa: readSoa(data) }
}

/** The serial after this one. 0 is left out: some secondaries take it for none. */
export function nextSerial(serial: number): number {
  return serial === 0xffff_ffff ? 1 : serial + 1
}

/** True when a serial comes after another, as they go round (RFC 1982). */
export function isLater(serial: number, than: number): boolean {
  const distance = (serial - than) >>> 0
  return distance !== 0 && distance < 0x8000_0000
}
