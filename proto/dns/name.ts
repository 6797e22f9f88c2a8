/**
 * Domain names. As text they are absolute and end with a dot, such as `shop.example.org.`; what is no usual character is
 * escaped as in zone files (`\.`, `\065`). Upper and lower case are kept. Pure.
 */
import { MalformedError } from './malformed.ts'

const longestName = 255
const longestLabel = 63
const usual = /^[A-Za-z0-9_*/+=-]*$/
const special = new Set([...'".;\\()@$'].map((character) => character.charCodeAt(0)))

/** A name out of a message, with pointers followed. `end` is behind what it takes there. Throws a {@link MalformedError}. */
export function readName(bytes: Buffer, offset: number): { name: string; end: number } {
  let name = ''
  let length = 1
  let at = offset
  let end = -1
  // A pointer leads before where its part of the name began, so that this comes to an end.
  let limit = offset
  for (;;) {
    const size = bytes[at]
    if (size === undefined) throw new MalformedError('a name goes beyond its message')
    if (size === 0) break
    if (size >= 0xc0) {
      const low = bytes[at + 1]
      if (low === undefined) throw new MalformedError('a name goes beyond its message')
      const target = ((size & 0x3f) << 8) | low
      if (target >= limit) throw new MalformedError('a name points forwards')
      if (end < 0) end = at + 2
      at = target
      limit = target
      continue
    }
    if (size > longestLabel) throw new MalformedError('a label is of an unknown kind')
    if (at + 1 + size > bytes.length) throw new MalformedError('a name goes beyond its message')
    length += size + 1
    if (length > longestName) throw new MalformedError('a name is longer than 255 bytes')
    name += `${labelText(bytes, at + 1, at + 1 + size)}.`
    at += size + 1
  }
  return { name: name === '' ? '.' : name, end: end < 0 ? at + 1 : end }
}

function labelText(bytes: Buffer, start: number, end: number): string {
  const plain = bytes.toString('latin1', start, end)
  if (usual.test(plain)) return plain
  let text = ''
  for (let index = start; index < end; index++) {
    const code = bytes[index] ?? 0
    if (code <= 0x20 || code >= 0x7f) text += `\\${String(code).padStart(3, '0')}`
    else text += special.has(code) ? `\\${String.fromCharCode(code)}` : String.fromCharCode(code)
  }
  return text
}

/** The labels of a name, as text; none for the root. */
export function labelsOf(name: string): string[] {
  if (name === '.') return []
  if (!name.includes('\\')) return name.slice(0, -1).split('.')
  const labels: string[] = []
  let start = 0
  for (let index = 0; index < name.length; index++) {
    const character = name[index]
    if (character === '\\') index += 1
    else if (character === '.') {
      labels.push(name.slice(start, index))
      start = index + 1
    }
  }
  return labels
}

/** The bytes of a label. Throws a {@link MalformedError} when it is empty, too long or wrongly escaped. */
export function labelBytes(label: string): Buffer {
  const bytes = usual.test(label) ? Buffer.from(label, 'latin1') : unescapeText(label)
  if (bytes.length === 0) throw new MalformedError('a name has an empty label')
  if (bytes.length > longestLabel) throw new MalformedError('a label is longer than 63 bytes')
  return bytes
}

/** The bytes that `\X` and `\DDD` in a text stand for. Throws a {@link MalformedError}. */
export function unescapeText(text: string): Buffer {
  const codes: number[] = []
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index)
    if (text[index] === '\\') {
      const following = text.slice(index + 1, index + 4)
      const isNumber = /^\d/.test(following)
      if (isNumber) code = /^\d{3}$/.test(following) ? Number(following) : Number.NaN
      else code = text.charCodeAt(index + 1)
      index += isNumber ? 3 : 1
    }
    if (!(code <= 0xff)) throw new MalformedError(`${JSON.stringify(text.slice(0, 80))} is wrongly escaped`)
    codes.push(code)
  }
  return Buffer.from(codes)
}

/** A name as it is in a message, without pointers. Throws a {@link MalformedError}. */
export function nameBytes(name: string): Buffer {
  const parts = labelsOf(name).flatMap((label) => {
    const bytes = labelBytes(label)
    return [Buffer.of(bytes.length), bytes]
  })
  const whole = Buffer.concat([...parts, Buffer.of(0)])
  if (whole.length > longestName) throw new MalformedError('a name is longer than 255 bytes')
  return whole
}

/**
 * A name as people write it: relative to the origin unless it ends with a dot; `@` is the origin. Answers it absolute
 * and escaped in the one usual way. Throws a {@link MalformedError}.
 */
export function parseName(text: string, origin = '.'): string {
  if (text === '@') return origin
  if (text === '') throw new MalformedError('a name is empty')
  if (isEscapedAt(text, text.length)) throw new MalformedError('a name ends with a backslash')
  const absolute = text.endsWith('.') && !isEscapedAt(text, text.length - 1)
  const whole = absolute ? text : origin === '.' ? `${text}.` : `${text}.${origin}`
  return readName(nameBytes(whole), 0).name
}

/** What equal names have in common: they differ only in upper and lower case. */
export function canonicalName(name: string): string {
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : name
}

/** The name one label up. The root has none. */
export function parentOf(name: string): string | undefined {
  const [first] = labelsOf(name)
  if (first === undefined) return undefined
  const rest = name.slice(first.length + 1)
  return rest === '' ? '.' : rest
}

/** True when a name is the zone's or below it. Both are canonical. */
export function isWithin(name: string, zone: string): boolean {
  if (zone === '.' || name === zone) return true
  if (!name.endsWith(`.${zone}`)) return false
  return !isEscapedAt(name, name.length - zone.length - 1)
}

/** True when an odd number of backslashes is before a character. */
function isEscapedAt(text: string, index: number): boolean {
  let before = index
  while (text[before - 1] === '\\') before -= 1
  return (index - before) % 2 === 1
}
