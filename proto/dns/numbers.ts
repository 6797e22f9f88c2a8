/** Numbers of the protocol, and their names. Pure. */
import { MalformedError } from './malformed.ts'

/** Types of records, and those that only questions have. */
export const recordTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
  SVCB: 64,
  HTTPS: 65,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
} as const

export const classes = { IN: 1, CH: 3, NONE: 254, ANY: 255 } as const

export const opcodes = { query: 0, notify: 4, update: 5 } as const

/** Response codes, of the header and extended. */
export const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
} as const

/** The largest UDP answer without fragments on any usual path, as DNS flag day 2020 has it. */
export const largestDatagram = 1232

/** What length a message over TCP can have. */
export const largestMessage = 65_535

const namesByType = new Map<number, string>(
  Object.entries(recordTypes).map(([name, number]) => [number, name]),
)
const typesByName = new Map<string, number>(Object.entries(recordTypes))

/** `A`, or `TYPE1234` for one that is not known here (RFC 3597). */
export function typeName(type: number): string {
  return namesByType.get(type) ?? `TYPE${type}`
}

/** The opposite of {@link typeName}, in upper or lower case. Throws a {@link MalformedError} for any other word. */
export function typeNumber(text: string): number {
  const upper = text.toUpperCase()
  const known = typesByName.get(upper)
  if (known !== undefined) return known
  const number = /^TYPE(\d{1,5})$/.exec(upper)?.[1]
  if (number !== undefined && Number(number) <= 0xffff) return Number(number)
  throw new MalformedError(`${JSON.stringify(text.slice(0, 40))} is no type of record`)
}

/** True for types that no zone holds: they are for messages and questions only (RFC 6895). */
export function isMetaType(type: number): boolean {
  return type === 0 || type === recordTypes.OPT || (type >= 128 && type <= 255)
}
