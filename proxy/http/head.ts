/**
 * Heads of HTTP/1 messages (RFC 9112), strictly: what two parsers could read in two ways is refused, as that is how requests are
 * smuggled past a proxy. Pure.
 */

import { bad, type Field, type HeadProblem, parseFields, scanFields, unsound } from './fields.ts'

/** How the end of a body is found: there is none, after so many bytes, by chunks, or when the connection ends. */
export type Framing = 'none' | number | 'chunked' | 'close'

export interface RequestHead {
  method: string
  /** As it goes to the backend: a path, or `*`. */
  target: string
  minor: 0 | 1
  fields: Field[]
  /** As the client named it. */
  authority: string
  /** The same in small letters, without the port; empty in HTTP/1.0 without one. */
  host: string
  framing: Framing
  /** The client can take another answer on this connection. */
  keepAlive: boolean
  /** It asks for a WebSocket. */
  upgrade: boolean
}

export interface ResponseHead {
  status: number
  reason: string
  minor: 0 | 1
  fields: Field[]
  framing: Framing
  keepAlive: boolean
}

export interface HeadLimits {
  fields: number
  target: number
}

/** Between a head and a body. */
export const headEnd: Buffer = Buffer.from('\r\n\r\n')

const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([!-~\x80-\xff]+) HTTP\/(\d)\.(\d)$/
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/
const absolute = /^https?:\/\/([^/?#@]+)([/?].*)?$/i
const hostValue = /^(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z._~!$&'()*+,;=%-]*)(:\d{0,5})?$/

export const isProblem = (found: object): found is HeadProblem => !('fields' in found)

/** @param text a whole head, without the empty line at its end */
export function parseRequestHead(text: string, limits: HeadLimits): RequestHead | HeadProblem {
  const lines = text.split('\r\n')
  const [, method, asked, major, minorDigit] = requestLine.exec(lines[0] ?? '') ?? []
  if (method === undefined || asked === undefined) return bad('no request line')
  if (major !== '1' || (minorDigit !== '0' && minorDigit !== '1'))
    return { status: 505, reason: 'HTTP/1.1 or 1.0' }
  if (asked.length > limits.target) return { status: 414, reason: 'the target is too long' }
  const minor = minorDigit === '0' ? 0 : 1
  const fields = parseFields(lines, limits.fields)
  if (!Array.isArray(fields)) return fields
  const scan = scanFields(fields)
  if ('status' in scan) return scan
  if (scan.chunked && minor === 0) return bad('HTTP/1.0 has no chunks')
  if (scan.hosts > 1 || (minor === 1 && scan.hosts === 0)) return bad('not one Host')

  let target = asked
  let authority = scan.host
  if (!asked.startsWith('/') && !(asked === '*' && method === 'OPTIONS')) {
    const [, absoluteAuthority, rest] = absolute.exec(asked) ?? []
    if (absoluteAuthority === undefined) {
      return method === 'CONNECT' ? { status: 501, reason: 'no tunnels' } : bad('no path')
    }
    authority = absoluteAuthority
    target = rest === undefined ? '/' : rest.startsWith('?') ? `/${rest}` : rest
  }
  const [, name] = hostValue.exec(authority) ?? []
  if (name === undefined) return bad('no host name in Host')
  return {
    method,
    target,
    minor,
    fields,
    authority,
    host: name.toLowerCase(),
    framing: scan.chunked ? 'chunked' : scan.length === undefined || scan.length === 0 ? 'none' : scan.length,
    keepAlive: minor === 1 ? !scan.close : scan.keepAlive && !scan.close,
    upgrade: scan.upgrade && scan.upgradeTo === 'websocket' && minor === 1,
  }
}

/** @param method of the request that it answers */
export function parseResponseHead(
  text: string,
  method: string,
  limits: HeadLimits,
): ResponseHead | HeadProblem {
  const lines = text.split('\r\n')
  const [, minorDigit, statusText, reason = ''] = statusLine.exec(lines[0] ?? '') ?? []
  if (statusText === undefined || unsound.test(reason)) return bad('no status line')
  const minor = minorDigit === '0' ? 0 : 1
  const status = Number(statusText)
  const fields = parseFields(lines, limits.fields)
  if (!Array.isArray(fields)) return fields
  const scan = scanFields(fields)
  if ('status' in scan) return scan
  const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304
  const framing = bodiless
    ? 'none'
    : scan.chunked
      ? 'chunked'
      : scan.length === undefined
        ? 'close'
        : scan.length || 'none'
  return {
    status,
    reason,
    minor,
    fields,
    framing,
    keepAlive: framing !== 'close' && (minor === 1 ? !scan.close : scan.keepAlive && !scan.close),
  }
}
