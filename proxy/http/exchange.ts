/** One request: it waits while its route is held, goes to a backend, to another when that can't be had, and is answered. */
import type { Occupant } from '../route/backend.ts'
import { createReach, type Unreached } from '../route/reach.ts'
import { type Answer, createAnswer } from './answer.ts'
import type { Exchange, ExchangeOptions } from './exchange-types.ts'
import { createUpstream, type Upstream, type UpstreamUser } from './pool.ts'
import { createRequestBody } from './request-body.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])
const mostAnswerless = 5
// In the access log only, as other proxies have it.
const clientLeft = 499
// How long a backend that the route names no more may still be silent.
const partingMs = 5_000

const reasons: Record<Unreached, string> = {
  full: 'too many requests wait for this service',
  late: 'this service is moving',
  none: 'no backend of this service answers',
  lack: 'the proxy can open no more connections',
}

export function startExchange({ head, text, route, client, context, onEnd }: ExchangeOptions): Exchange {
  const { limits, timeouts } = context.settings
  const headLimits = { fields: limits.fields, target: limits.targetBytes }
  const body = createRequestBody({ framing: head.framing, room: () => route.limits.bytes })
  const mayRepeat = safe.has(head.method) && head.framing === 'none'
  const isTooLong = (bytes: number): boolean => limits.bodyBytes > 0 && bytes > limits.bodyBytes
  const tooLong = `a body may have ${limits.bodyBytes} bytes`
  let upstream: Upstream | undefined
  let answer: Answer | undefined
  let answerless = 0
  let state: 'reaching' | 'asked' | 'answering' | 'upgraded' | 'over' = 'reaching'
  let parting = false

  const finish = (status: number): void => {
    state = 'over'
    if (upstream !== undefined) {
      upstream.user = undefined
      upstream.socket.destroy()
      upstream = undefined
    }
    const backend = reach.backend()
    reach.stop()
    route.counts.now--
    if (status === 0 || status >= 500) route.counts.failed++
    else if (status !== clientLeft) route.counts.served++
    onEnd(route, { status, bytes: answer?.bytes() ?? 0, backend })
  }
  const refuse = (status: number, reason: string): void => {
    finish(status)
    client.refuse(status, reason)
  }
  const breakOff = (): void => {
    finish(0)
    client.destroy()
  }

  const occupant: Occupant = {
    backendLeft: () => {
      if (reach.isConnecting()) reach.go()
      else if (state === 'upgraded' || (state === 'asked' && mayRepeat)) lose()
      else {
        parting = true
        client.limit(partingMs)
      }
    },
  }
  const send = (connection: Upstream): void => {
    upstream = connection
    upstream.user = user
    state = 'asked'
    answer = createAnswer({ request: head, client: forward, headBytes: limits.headBytes, limits: headLimits })
    body.sendTo(upstream.socket, text)
    client.resume()
    client.limit(body.isComplete() ? timeouts.answer : timeouts.body)
  }
  const reach = createReach({
    route,
    context,
    occupant,
    onWait: () => client.limit(Number.POSITIVE_INFINITY),
    awaitsAnswer: true,
    onIdle: send,
    onReached: (connection) => send(createUpstream(connection)),
    onUnreached: (reason) => refuse(503, reasons[reason]),
  })

  const forward = {
    write: (text: string, piece: Buffer | undefined): void => {
      if (client.write(text, piece)) return
      upstream?.socket.pause()
      client.limit(timeouts.body)
    },
    mayStay: () => body.isComplete() && !context.draining,
  }

  /** The backend's connection is over before its answer is. */
  const lose = (): void => {
    const wasUsed = upstream?.isUsed === true
    if (upstream !== undefined) {
      upstream.user = undefined
      upstream.socket.destroy()
      upstream = undefined
    }
    if (state === 'upgraded') {
      finish(101)
      client.done(false)
    } else if (state === 'answering') breakOff()
    else if (mayRepeat && ++answerless < mostAnswerless) {
      state = 'reaching'
      // A connection that was idle may have been closed at the very moment: that says nothing about the backend.
      if (!wasUsed) reach.failed()
      reach.go()
    } else {
      reach.failed()
      refuse(502, 'the backend ended the connection without an answer')
    }
  }

  const complete = (current: Upstream, given: Answer): void => {
    if (given.backendStays() && body.isComplete() && !parting) {
      upstream = undefined
      reach.backend()?.pool.give(current)
    }
    finish(given.status())
    client.done(given.clientStays())
  }

  const hear = (chunk: Buffer, current: Upstream, given: Answer): void => {
    state = 'answering'
    reach.answered()
    client.limit(parting ? partingMs : timeouts.answer)
    const progress = given.take(chunk)
    if (progress === 'complete') complete(current, given)
    else if (progress === 'upgraded') {
      state = 'upgraded'
      client.limit(Number.POSITIVE_INFINITY)
    } else if (progress === 'broken' && given.status() !== 0) breakOff()
    else if (progress === 'broken') {
      reach.failed()
      refuse(502, 'the backend answered with something else than HTTP')
    }
  }

  const user: UpstreamUser = {
    onData: (chunk) => {
      if (state === 'upgraded') forward.write('', chunk)
      else if (upstream !== undefined && answer !== undefined) hear(chunk, upstream, answer)
      return client.isWritten()
    },
    onEnd: () => {
      if (upstream !== undefined && answer?.end() === 'complete') complete(upstream, answer)
      else lose()
    },
    onDrain: () => client.resume(),
    onClose: () => lose(),
  }

  return {
    begin: () => {
      route.counts.now++
      if (isTooLong(Number(head.framing))) refuse(413, tooLong)
      else reach.go()
    },
    fromClient: (chunk, from) => {
      if (state === 'upgraded') {
        if (upstream?.socket.write(chunk.subarray(from)) === false) client.pause()
        return chunk.length - from
      }
      const used = body.take(chunk, from)
      if (used < 0 || isTooLong(body.length())) {
        if (state === 'answering') breakOff()
        else if (used >= 0) refuse(413, tooLong)
        else refuse(400, 'the body is not framed as it should be')
        return -1
      }
      if (!body.hasRoom()) client.pause()
      if (used > 0 && state === 'asked') client.limit(body.isComplete() ? timeouts.answer : timeouts.body)
      return used
    },
    isBodyComplete: () => body.isComplete() && state !== 'upgraded',
    clientDrained: () => {
      upstream?.socket.resume()
      client.limit(state === 'upgraded' ? Number.POSITIVE_INFINITY : timeouts.answer)
    },
    clientEnded: () => {
      if (state === 'upgraded') upstream?.socket.end()
      // One that only says no more looks like one that is gone, and the backend should not work for nobody.
      else {
        finish(clientLeft)
        client.destroy()
      }
    },
    clientGone: () => {
      if (state !== 'over') finish(state === 'upgraded' ? 101 : clientLeft)
    },
    expire: () => {
      if (state === 'answering' || !body.isComplete()) breakOff()
      else refuse(504, 'the backend did not answer in time')
    },
  }
}
