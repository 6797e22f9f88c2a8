/** A connection of HTTP/1: its requests, one after the other. */
import type { Socket } from 'node:net'
import type { Context } from '../context.ts'
import type { RouteState } from '../route/route-state.ts'
import { startExchange } from './exchange.ts'
import type { Ending, Exchange, ExchangeClient } from './exchange-types.ts'
import { headEnd, isProblem, parseRequestHead, type RequestHead } from './head.ts'
import { type Origin, ownAnswer, writeRequestHead } from './write-heads.ts'
import { writePiece } from './write-piece.ts'

export interface HttpClientOptions {
  socket: Socket
  /** What came already. */
  first: Buffer
  origin: Origin
  /** By the host that a request names. */
  routeFor: (host: string) => RouteState | undefined
  context: Context
}

export interface HttpClient {
  /** It goes when its request is answered; at once when it has none. */
  drain(): void
}

const empty: Buffer = Buffer.alloc(0)
// Beyond one request, while that is being answered.
const mostPipelined = 64 * 1024
// For a client to read why it was refused.
const lingerMs = 2_000

export function serveHttpClient({ socket, first, origin, routeFor, context }: HttpClientOptions): HttpClient {
  let pending = empty
  let exchange: Exchange | undefined
  // What the exchange is about.
  let asked: RequestHead | undefined
  let askedAt = 0
  let ended = false
  let closing = false
  let isReading = false

  const timed = {
    deadline: performance.now() + context.settings.timeouts.head,
    expire: (): void => {
      timed.deadline = Number.POSITIVE_INFINITY
      if (exchange !== undefined) exchange.expire()
      else if (closing || pending.length === 0) socket.destroy()
      else refuse(408, 'the request took too long')
    },
  }
  const unwatch = context.deadlines.watch(timed)
  const limit = (milliseconds: number): void => {
    timed.deadline = performance.now() + milliseconds
  }

  /** What it still sends is not read: with it unread, an end would be a reset that takes the answer along. */
  const close = (): void => {
    closing = true
    pending = empty
    socket.resume()
    limit(lingerMs)
    socket.end()
  }
  const refuse = (status: number, text: string, bodiless = false): void => {
    exchange = undefined
    if (socket.destroyed) return
    socket.write(ownAnswer({ status, text, keepAlive: false, bodiless }), 'latin1')
    close()
  }

  const start = (head: RequestHead): void => {
    const route = routeFor(head.host)
    const { method } = head
    if (method === 'TRACE' || route === undefined) {
      if (route === undefined) refuse(404, 'there is no service of this name here', method === 'HEAD')
      else refuse(405, 'this method is not passed on')
      return
    }
    asked = head
    askedAt = performance.now()
    const text = writeRequestHead(head, origin)
    exchange = startExchange({ head, text, route, client, context, onEnd: tell })
    exchange.begin()
  }

  /** A line in the access log. */
  const tell = (route: RouteState, { status, bytes, backend }: Ending): void => {
    if (!context.accessLog.isOn || asked === undefined) return
    context.accessLog.write({
      route: route.route.name,
      client: origin.clientAddress,
      method: asked.method,
      host: asked.host,
      target: asked.target,
      status,
      bytes,
      milliseconds: Math.round(performance.now() - askedAt),
      backend: backend === undefined ? '' : `${backend.address} ${backend.port}`,
    })
  }

  const done = (keepAlive: boolean): void => {
    exchange = undefined
    if (!keepAlive || (ended && pending.length === 0)) {
      close()
      return
    }
    limit(pending.length > 0 ? context.settings.timeouts.head : context.settings.timeouts.idle)
    socket.resume()
    if (!isReading) read()
  }

  const client: ExchangeClient = {
    write: (head, body) => writePiece(socket, head, body),
    isWritten: () => socket.writableLength === 0,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    limit,
    done,
    refuse: (status, text) => refuse(status, text, asked?.method === 'HEAD'),
    destroy: () => void socket.destroy(),
  }

  /** Takes what came, as far as it goes: several requests may lie there. */
  const read = (): void => {
    isReading = true
    while (pending.length > 0 && !closing) {
      if (exchange === undefined) {
        if (!readHead()) break
      } else if (exchange.isBodyComplete()) break
      else {
        const chunk = pending
        pending = empty
        const used = exchange.fromClient(chunk, 0)
        if (used < 0) break
        if (used < chunk.length) pending = chunk.subarray(used)
        else break
      }
    }
    isReading = false
    if (pending.length > mostPipelined) socket.pause()
  }

  /** False when there is no whole head. */
  const readHead = (): boolean => {
    const { limits, timeouts } = context.settings
    // An empty line before a request is passed over.
    while (pending[0] === 0x0d && pending[1] === 0x0a) pending = pending.subarray(2)
    if (pending.length === 0) return false
    const end = pending.indexOf(headEnd)
    if (end > limits.headBytes || (end < 0 && pending.length > limits.headBytes)) {
      refuse(431, `a head may have ${limits.headBytes} bytes`)
      return false
    }
    if (end < 0) {
      // A method is capital letters with few exceptions; TLS, for instance, is none.
      if ((pending[0] as number) <= 0x20 || (pending[0] as number) >= 0x7f) refuse(400, 'this is no HTTP')
      else if (exchange === undefined && timed.deadline > performance.now() + timeouts.head)
        limit(timeouts.head)
      return false
    }
    const head = parseRequestHead(pending.toString('latin1', 0, end), {
      fields: limits.fields,
      target: limits.targetBytes,
    })
    pending = pending.subarray(end + headEnd.length)
    if (isProblem(head)) {
      refuse(head.status, head.reason)
      return false
    }
    start(head)
    return true
  }

  const take = (chunk: Buffer): void => {
    if (closing) return
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    if (!isReading) read()
  }
  socket.on('data', take)
  socket.on('drain', () => exchange?.clientDrained())
  socket.on('end', () => {
    ended = true
    if (exchange !== undefined) exchange.clientEnded()
    else if (pending.length > 0 && !closing) refuse(400, 'the request is cut off')
    else socket.end()
  })
  socket.on('close', () => {
    unwatch()
    closing = true
    exchange?.clientGone()
    exchange = undefined
  })
  if (first.length > 0) take(first)
  return {
    drain: () => {
      if (exchange === undefined && pending.length === 0) close()
    },
  }
}
