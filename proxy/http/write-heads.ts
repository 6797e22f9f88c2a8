/** Heads as they go on, to a backend and to a client. Pure. */
import { connectionOptions, type Field } from './fields.ts'
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
// A client that names these as its connection's would hide them from the backend.
const neverDropped = new Set(['host', 'content-length'])
const written = new Set(['x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port'])

/** What a backend is sent: the client's own, and who it is. */
export function writeRequestHead(head: RequestHead, origin: Origin): string {
  const { method, target, minor, fields } = head
  const dropped = droppedOptions(fields)
  const forwardedFor: string[] = []
  const forwarded: string[] = []
  let host = ''
  let text = `${method} ${target} HTTP/1.${minor}\r\n`
  for (const { name, key, value } of fields) {
    if (ofOneConnection.has(key) || written.has(key) || dropped?.has(key)) continue
    if (key === 'x-forwarded-for') forwardedFor.push(value)
    else if (key === 'forwarded') forwarded.push(value)
    else text += `${name}: ${value}\r\n`
    if (key === 'host') host = value
  }
  const { clientAddress, localPort, secure } = origin
  const scheme = secure ? 'https' : 'http'
  const node = clientAddress.includes(':') ? `"[${clientAddress}]"` : clientAddress
  forwardedFor.push(clientAddress)
  forwarded.push(`for=${node};proto=${scheme}${host === '' ? '' : `;host="${host}"`}`)
  text += `X-Forwarded-For: ${forwardedFor.join(', ')}\r\nX-Forwarded-Proto: ${scheme}\r\n`
  if (host !== '') text += `X-Forwarded-Host: ${host}\r\n`
  text += `X-Forwarded-Port: ${localPort}\r\nForwarded: ${forwarded.join(', ')}\r\n`
  if (head.framing === 'chunked') text += 'Transfer-Encoding: chunked\r\n'
  if (head.upgrade) return `${text}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
  return minor === 1 ? `${text}\r\n` : `${text}Connection: close\r\n\r\n`
}

/** What a client is sent. @param keepAlive whether the connection stays */
export function writeResponseHead(head: ResponseHead, request: RequestHead, keepAlive: boolean): string {
  const { status, reason, fields, framing } = head
  const dropped = droppedOptions(fields)
  let text = `HTTP/1.1 ${status} ${reason}\r\n`
  for (const { name, key, value } of fields) {
    if (!ofOneConnection.has(key) && !dropped?.has(key)) text += `${name}: ${value}\r\n`
  }
  const chunked = framing === 'chunked' || fields.some(({ key }) => key === 'transfer-encoding')
  if (chunked) text += 'Transfer-Encoding: chunked\r\n'
  if (status === 101) return `${text}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
  if (status < 200) return `${text}\r\n`
  if (!keepAlive) text += 'Connection: close\r\n'
  else if (request.minor === 0) text += 'Connection: keep-alive\r\n'
  return `${text}\r\n`
}

function droppedOptions(fields: readonly Field[]): Set<string> | undefined {
  let options: Set<string> | undefined
  for (const { key, value } of fields) {
    if (key !== 'connection') continue
    options ??= new Set()
    for (const option of connectionOptions(value)) if (!neverDropped.has(option)) options.add(option)
  }
  return options
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
