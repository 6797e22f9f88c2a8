/** The fields of a head, strictly (head.ts). Pure. */

export interface Field {
  name: string
  /** In small letters. */
  key: string
  value: string
}

/** What is wrong, as a status of HTTP. */
export interface HeadProblem {
  status: 400 | 414 | 431 | 501 | 505
  reason: string
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const digits = /^\d{1,15}$/

export function parseFields(lines: readonly string[], most: number): Field[] | HeadProblem {
  if (lines.length - 1 > most) return { status: 431, reason: 'too many fields' }
  const fields: Field[] = []
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    // Also a folded line, which begins with a space.
    if (colon < 1 || !token.test(name)) return bad('a field without a proper name')
    fields.push({ name, key: name.toLowerCase(), value: line.slice(colon + 1).trim() })
  }
  return fields
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
  for (const { key, value } of fields) {
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
      const options = connectionOptions(value)
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

/** What `Connection` names, in small letters. */
export function connectionOptions(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
}

export function bad(reason: string): HeadProblem {
  return { status: 400, reason }
}
