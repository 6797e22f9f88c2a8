/** Heads as they go on, to a backend and to a client. Pure. */
import type { Field } from './fields.ts'
import type { RequestHead, ResponseHead } from './head.ts'

/** Where a request came from. */
export interface Origin {
  clientAddress: string
  /** Of the proxy, that the client connected to. */
  localPort: number
  secure: boolean
}

// They are about one connection, and the proxy has two. What frames a body is written anew.
const ofOneConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'upgrade',
  'transfer-encoding',
])
// Options of a connection that are no fields, or such as never go on.
const ordinaryOptions = new Set(['close', 'keep-alive', 'upgrade'])
// A client that names these as its connection's would hide them from the backend.
const neverDropped = new Set(['host', 'content-length'])

/** What a backend is sent: the client's own, and who it is. */
export function writeRequestHead(head: RequestHead, origin: Origin): string {
  const { method, target, minor, fields, authority } = head
  const dropped = droppedOptions(fields)
  const { clientAddress, localPort, secure } = origin
  let forwardedFor = ''
  let forwarded = ''
  let text = `${method} ${target} HTTP/1.${minor}\r\n`
  for (const { isPlain, name, key, value, line } of fields) {
    if (dropped?.has(key)) continue
    if (isPlain || key === 'content-length') text += line
    else if (key === 'host') text += `${name}: ${authority}\r\n`
    else if (key === 'x-forwarded-for') forwardedFor += `${value}, `
    else if (key === 'forwarded') forwarded += `${value}, `
  }
  const scheme = secure ? 'https' : 'http'
  const node = clientAddress.includes(':') ? `"[${clientAddress}]"` : clientAddress
  const host = authority === '' ? '' : `;host="${authority}"`
  text += `X-Forwarded-For: ${forwardedFor}${clientAddress}\r\nX-Forwarded-Proto: ${scheme}\r\n`
  if (authority !== '') text += `X-Forwarded-Host: ${authority}\r\n`
  text += `X-Forwarded-Port: ${localPort}\r\nForwarded: ${forwarded}for=${node};proto=${scheme}${host}\r\n`
  if (head.framing === 'chunked') text += 'Transfer-Encoding: chunked\r\n'
  if (head.upgrade) return `${text}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
  return minor === 1 ? `${text}\r\n` : `${text}Connection: close\r\n\r\n`
}

/** What a client is sent. @param keepAlive whether the connection stays */
export function writeResponseHead(head: ResponseHead, request: RequestHead, keepAlive: boolean): string {
  const { status, reason, fields, framing } = head
  const dropped = droppedOptions(fields)
  let chunked = framing === 'chunked'
  let text = `HTTP/1.1 ${status} ${reason}\r\n`
  for (const { isPlain, key, line } of fields) {
    if (key === 'transfer-encoding') chunked = true
    else if ((isPlain || !ofOneConnection.has(key)) && !dropped?.has(key)) text += line
  }
  if (chunked) text += 'Transfer-Encoding: chunked\r\n'
  if (status === 101) return `${text}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
  if (status < 200) return `${text}\r\n`
  if (!keepAlive) text += 'Connection: close\r\n'
  else if (request.minor === 0) text += 'Connection: keep-alive\r\n'
  return `${text}\r\n`
}

function droppedOptions(fields: readonly Field[]): Set<string> | undefined {
  let dropped: Set<string> | undefined
  for (const { options } of fields) {
    for (const option of options) {
      if (ordinaryOptions.has(option) || neverDropped.has(option)) continue
      dropped ??= new Set()
      dropped.add(option)
    }
  }
  return dropped
}

const phrases: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
}

/** An answer of the proxy's own, after which the connection ends unless it is kept. */
export function ownAnswer(options: {
  status: number
  text: string
  keepAlive: boolean
  bodiless?: boolean
}): string {
  const { status, text, keepAlive, bodiless = false } = options
  const body = `${text}\n`
  const retry = status === 502 || status === 503 || status === 504 ? 'Retry-After: 1\r\n' : ''
  const end = keepAlive ? '' : 'Connection: close\r\n'
  return (
    `HTTP/1.1 ${status} ${phrases[status] ?? 'Error'}\r\nContent-Type: text/plain\r\n` +
    `Content-Length: ${body.length}\r\n${retry}${end}\r\n${bodiless ? '' : body}`
  )
}
