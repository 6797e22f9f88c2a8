/** Data of records as zone files have it. Pure. */
import { isIPv4, isIPv6 } from 'node:net'
import { type Field, layoutOf, partsOf } from './layout.ts'
import { MalformedError } from './malformed.ts'
import { nameBytes, parseName, unescapeText } from './name.ts'
import { recordTypes } from './numbers.ts'

const longestString = 255
const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Data as text: fields with spaces between, names absolute; `\# 4 0a000001` for a type that is not known. */
export function dataText(type: number, data: Buffer): string {
  const layout = layoutOf(type)
  if (layout[0] === 'rest') return `\\# ${data.length}${data.length === 0 ? '' : ` ${data.toString('hex')}`}`
  return partsOf(type, data, { start: 0, end: data.length })
    .map(({ field, start, end, name }) => fieldText(field, data.subarray(start, end), name))
    .join(' ')
}

function fieldText(field: Field, bytes: Buffer, name: string): string {
  switch (field) {
    case 'name':
      return name
    case 'ipv4':
      return bytes.join('.')
    case 'ipv6':
      return ipv6Text(bytes)
    case 'string':
      return quoted(bytes.subarray(1))
    case 'strings':
      return strings(bytes).map(quoted).join(' ')
    case 'rest':
      return quoted(bytes)
    default:
      return String(bytes.readUIntBE(0, bytes.length))
  }
}

function quoted(bytes: Buffer): string {
  const text = Array.from(bytes, (code) => {
    if (code < 0x20 || code >= 0x7f) return `\\${String(code).padStart(3, '0')}`
    return code === 0x22 || code === 0x5c ? `\\${String.fromCharCode(code)}` : String.fromCharCode(code)
  })
  return `"${text.join('')}"`
}

function strings(bytes: Buffer): Buffer[] {
  const list: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 1 + (bytes[at] ?? 0)) {
    list.push(bytes.subarray(at + 1, at + 1 + (bytes[at] ?? 0)))
  }
  return list
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16))
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

/**
 * Data out of the words of a zone file, without their quotes. Throws a {@link MalformedError} that says what is wrong.
 *
 * @param options.origin what relative names are below
 */
export function dataFromText(options: { type: number; words: readonly string[]; origin: string }): Buffer {
  const { type, words, origin } = options
  if (words[0] === '\\#') return unknownData(type, words.slice(1))
  const layout = layoutOf(type)
  if (layout[0] === 'rest')
    throw new MalformedError(`data of type ${type} has to be written as \\# LENGTH HEX`)
  const last = layout.at(-1)
  const enough = last === 'strings' ? words.length >= layout.length : words.length === layout.length
  if (!enough) throw new MalformedError(`${words.length} fields where ${layout.length} are needed`)
  return Buffer.concat(
    layout.map((field, index) =>
      field === 'strings'
        ? Buffer.concat(words.slice(index).map(stringBytes))
        : fieldBytes(field, words[index] ?? '', { origin, mayBeTime: type === recordTypes.SOA }),
    ),
  )
}

function unknownData(type: number, [length, ...hex]: readonly string[]): Buffer {
  const text = hex.join('')
  const data = Buffer.from(text, 'hex')
  if (!/^\d{1,5}$/.test(length ?? '') || data.length !== Number(length) || text.length !== data.length * 2) {
    throw new MalformedError('what follows \\# is not a length and as many bytes in hexadecimal')
  }
  partsOf(type, data, { start: 0, end: data.length })
  return data
}

function fieldBytes(field: Field, word: string, context: { origin: string; mayBeTime: boolean }): Buffer {
  switch (field) {
    case 'name':
      return nameBytes(parseName(word, context.origin))
    case 'ipv4':
    case 'ipv6':
      return addressBytes(word, field)
    case 'string':
      return stringBytes(word)
    case 'rest':
      return unescapeText(word)
    default:
      return numberBytes(word, { u8: 1, u16: 2, u32: 4, strings: 0 }[field], context.mayBeTime)
  }
}

function numberBytes(word: string, size: number, mayBeTime: boolean): Buffer {
  const value = mayBeTime && size === 4 ? seconds(word) : /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN
  if (!(value < 2 ** (8 * size))) throw new MalformedError(`${JSON.stringify(word)} is no number that fits`)
  const bytes = Buffer.alloc(size)
  bytes.writeUIntBE(value, 0, size)
  return bytes
}

function stringBytes(word: string): Buffer {
  const bytes = unescapeText(word)
  if (bytes.length > longestString) throw new MalformedError('a string is longer than 255 bytes')
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}

/** Seconds as zone files have them: `3600`, `1h`, `1w2d`. NaN for anything else. */
export function seconds(word: string): number {
  if (/^\d{1,10}$/.test(word)) return Number(word)
  if (!/^(\d{1,10}[smhdw])+$/i.test(word)) return Number.NaN
  let sum = 0
  for (const [, count, unit] of word.matchAll(/(\d+)([a-z])/gi)) {
    sum += Number(count) * (units[(unit ?? '').toLowerCase()] ?? Number.NaN)
  }
  return sum
}

/** An address as data of an A or AAAA record. Throws a {@link MalformedError}. */
export function addressBytes(address: string, field: 'ipv4' | 'ipv6'): Buffer {
  if (field === 'ipv4') {
    if (!isIPv4(address))
      throw new MalformedError(`${JSON.stringify(address.slice(0, 60))} is no IPv4 address`)
    return Buffer.from(address.split('.').map(Number))
  }
  if (!isIPv6(address) || address.includes('%')) {
    throw new MalformedError(`${JSON.stringify(address.slice(0, 60))} is no IPv6 address`)
  }
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [before, after] = groups.map((part) => (part === '' ? [] : part.split(':')))
  const left = before ?? []
  const right = after ?? []
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const bytes = Buffer.alloc(16)
  for (const [index, group] of [...left, ...zeros, ...right].entries()) {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2)
  }
  return bytes
}
