/** What the data of each known type consists of. Data of other types is bytes, whatever is in it. */
import { MalformedError } from './malformed.ts'
import { canonicalName, nameBytes, readName } from './name.ts'
import { recordTypes } from './numbers.ts'

/** `strings` and `rest` take all that is left; a `string` is of at most 255 bytes. */
export type Field = 'u8' | 'u16' | 'u32' | 'ipv4' | 'ipv6' | 'name' | 'string' | 'strings' | 'rest'

const layouts = new Map<number, readonly Field[]>([
  [recordTypes.A, ['ipv4']],
  [recordTypes.NS, ['name']],
  [recordTypes.CNAME, ['name']],
  [recordTypes.SOA, ['name', 'name', 'u32', 'u32', 'u32', 'u32', 'u32']],
  [recordTypes.PTR, ['name']],
  [recordTypes.HINFO, ['string', 'string']],
  [recordTypes.MX, ['u16', 'name']],
  [recordTypes.TXT, ['strings']],
  [recordTypes.AAAA, ['ipv6']],
  [recordTypes.SRV, ['u16', 'u16', 'u16', 'name']],
  [recordTypes.DNAME, ['name']],
  [recordTypes.CAA, ['u8', 'string', 'rest']],
])

/** Types whose names in their data may be shortened by pointers (RFC 3597). */
const shortened = new Set<number>([
  recordTypes.NS,
  recordTypes.CNAME,
  recordTypes.SOA,
  recordTypes.PTR,
  recordTypes.MX,
])

const sizes: Partial<Record<Field, number>> = { u8: 1, u16: 2, u32: 4, ipv4: 4, ipv6: 16 }

export function layoutOf(type: number): readonly Field[] {
  return layouts.get(type) ?? ['rest']
}

export function mayShorten(type: number): boolean {
  return shortened.has(type)
}

/** One field of data: where it is, and its name when it is one. */
export interface Part {
  field: Field
  start: number
  end: number
  /** Of a `name`, with pointers followed; else empty. */
  name: string
}

/** Takes data apart. Throws a {@link MalformedError} when it is not of this type's form to the last byte. */
export function partsOf(type: number, bytes: Buffer, span: { start: number; end: number }): Part[] {
  const parts: Part[] = []
  let at = span.start
  for (const field of layoutOf(type)) {
    const start = at
    let name = ''
    if (field === 'name') ({ name, end: at } = readName(bytes, start))
    else if (field === 'string') at += 1 + (bytes[start] ?? 0)
    else if (field === 'strings') at = endOfStrings(bytes, start, span.end)
    else at = field === 'rest' ? span.end : start + (sizes[field] ?? 0)
    if (at > span.end) throw new MalformedError(`data of type ${type} ends too early`)
    parts.push({ field, start, end: at, name })
  }
  if (at !== span.end) throw new MalformedError(`data of type ${type} is too long`)
  return parts
}

function endOfStrings(bytes: Buffer, start: number, end: number): number {
  if (start === end) throw new MalformedError('text data holds no string')
  let at = start
  while (at < end) at += 1 + (bytes[at] ?? 0)
  return at
}

/** Data of a message as it is without pointers. Throws a {@link MalformedError}. */
export function readData(type: number, bytes: Buffer, span: { start: number; end: number }): Buffer {
  const parts = partsOf(type, bytes, span)
  if (!parts.some(({ field }) => field === 'name')) return Buffer.from(bytes.subarray(span.start, span.end))
  return Buffer.concat(
    parts.map(({ field, start, end, name }) =>
      field === 'name' ? nameBytes(name) : bytes.subarray(start, end),
    ),
  )
}

/** What equal data has in common: names in it are compared without regard to case. Throws a {@link MalformedError}. */
export function canonicalData(type: number, data: Buffer): Buffer {
  const parts = partsOf(type, data, { start: 0, end: data.length })
  if (!parts.some(({ field }) => field === 'name')) return data
  return Buffer.concat(
    parts.map(({ field, start, end, name }) =>
      field === 'name' ? nameBytes(canonicalName(name)) : data.subarray(start, end),
    ),
  )
}
