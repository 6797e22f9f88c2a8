/** The fields of a head, strictly (head.ts). Pure, but for a memory of lines that come again and again. */

export interface Field {
  readonly name: string
  /** In small letters. */
  readonly key: string
  readonly value: string
  /** As it goes on, with its end. */
  readonly line: string
  /** The proxy learns nothing from it, and passes it on as it is. */
  readonly isPlain: boolean
  /** What `Connection` names, in small letters; of other fields nothing. */
  readonly options: readonly string[]
}

/** What is wrong, as a status of HTTP. */
export interface HeadProblem {
  status: 400 | 414 | 431 | 501 | 505
  reason: string
}

// Controls, and with them line ends that are not CR LF.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
export const unsound = /[\0-\x08\x0a-\x1f\x7f]/
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const digits = /^\d{1,15}$/
const notPlain = new Set([
  ...['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'te'],
  ...['proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'forwarded'],
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port'],
])

const known = new Map<string, Field>()
const mostKnown = 1_000
const longestKnown = 256
// They would be kept for longer than whoever sent them wants.
const secret = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])
const noOptions: readonly string[] = []

export function parseFields(lines: readonly string[], most: number): Field[] | HeadProblem {
  if (lines.length - 1 > most) return { status: 431, reason: 'too many fields' }
  const fields: Field[] = []
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string
    const field = known.get(line) ?? parseField(line)
    if (field === undefined) return bad('a field without a proper name, or with a control character')
    fields.push(field)
  }
  return fields
}

function parseField(given: string): Field | undefined {
  const colon = given.indexOf(':')
  // Also a folded line, which begins with a space.
  if (colon < 1 || !token.test(given.slice(0, colon)) || unsound.test(given)) return undefined
  const key = given.slice(0, colon).toLowerCase()
  if (given.length > longestKnown || secret.has(key)) return createField(given, colon, key)
  // A copy: a part of a head would keep all of that.
  const line = Buffer.from(given, 'latin1').toString('latin1')
  const field = createField(line, colon, key)
  if (known.size === mostKnown) known.clear()
  known.set(line, field)
  return field
}

function createField(line: string, colon: number, key: string): Field {
  const name = line.slice(0, colon)
  const value = line.slice(colon + 1).trim()
  return {
    name,
    key,
    value,
    line: `${name}: ${value}\r\n`,
    isPlain: !notPlain.has(key),
    options: key === 'connection' ? connectionOptions(value) : noOptions,
  }
}

/** What the proxy itself has to know of the fields. */
export interface Scan {
  length: number | undefined
  chunked: boolean
  close: boolean
  keepAlive: boolean
  upgrade: boolean
  upgradeTo: string
  host: string
  hosts: number
}

export function scanFields(fields: readonly Field[]): Scan | HeadProblem {
  const scan: Scan = {
    length: undefined,
    chunked: false,
    close: false,
    keepAlive: false,
    upgrade: false,
    upgradeTo: '',
    host: '',
    hosts: 0,
  }
  for (const { isPlain, key, value, options } of fields) {
    if (isPlain) continue
    if (key === 'host') {
      scan.host = value
      scan.hosts++
    } else if (key === 'content-length') {
      if (!digits.test(value) || scan.length !== undefined) return bad('Content-Length is no single number')
      scan.length = Number(value)
    } else if (key === 'transfer-encoding') {
      if (scan.chunked) return bad('Transfer-Encoding twice')
      if (value.toLowerCase() !== 'chunked') return { status: 501, reason: 'a Transfer-Encoding but chunked' }
      scan.chunked = true
    } else if (key === 'connection') {
      scan.close ||= options.includes('close')
      scan.keepAlive ||= options.includes('keep-alive')
      scan.upgrade ||= options.includes('upgrade')
    } else if (key === 'upgrade') {
      scan.upgradeTo = value.toLowerCase()
    }
  }
  if (scan.chunked && scan.length !== undefined) return bad('both Content-Length and Transfer-Encoding')
  return scan
}

function connectionOptions(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
}

export function bad(reason: string): HeadProblem {
  return { status: 400, reason }
}
