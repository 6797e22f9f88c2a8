/** Clients that ask at a rate of their own, whether others were answered or not. */
import { Agent, type ClientRequest, get } from 'node:http'
import type { LookupFunction, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

export interface PacedFailure {
  /** performance.now() */
  begunAt: number
  /** Whether it was on a connection that had been there before. */
  onOpenConnection: boolean
  /** That the name of a new connection was found to have; empty for none. */
  address: string
  reason: string
}

/** How many failed for each reason. */
export function countReasons(failures: readonly PacedFailure[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { reason } of failures) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}

export interface PacedReport {
  requests: number
  answers: number
  failures: PacedFailure[]
  /** The longest time between two answers, in milliseconds. */
  longestSilenceMs: number
  /** The longest time between a request and its answer, in milliseconds. */
  longestMs: number
  /** Connections that ended while they were to be kept. */
  lost: number
}

export interface PacedClients extends AsyncDisposable {
  report(): PacedReport
}

export interface PacedOptions {
  host: string
  port: number
  path?: string
  perSecond: number
  /** So many at most: nobody asks while all of them wait. */
  connections: number
  /** Without an answer for so long, a request has failed. @default 150000 */
  answerMs?: number
  lookup?: LookupFunction
}

const tickMs = 10

/** Every connection is kept, and all are used by turns. */
export function startPaced(options: PacedOptions): PacedClients {
  const { host, port, path = '/', perSecond, connections, answerMs = 150_000, lookup } = options
  const report: PacedReport = {
    requests: 0,
    answers: 0,
    failures: [],
    longestSilenceMs: 0,
    longestMs: 0,
    lost: 0,
  }
  const agent = new Agent({
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: Infinity,
    scheduling: 'fifo',
    autoSelectFamily: false,
  })
  const under = new Set<Promise<void>>()
  const known = new WeakSet<Socket>()
  const startedAt = performance.now()
  let answeredAt = startedAt
  let isOver = false

  const askOnce = async () => {
    const begunAt = performance.now()
    let onOpenConnection = false
    let address = ''
    try {
      const noted = lookup && noting(lookup, (found) => (address = found))
      const request = get({ host, port, path, agent, ...(noted && { lookup: noted }) })
      request.once('socket', (socket) => {
        onOpenConnection = known.has(socket)
        if (onOpenConnection) return
        known.add(socket)
        socket.once('close', () => {
          if (!isOver) report.lost += 1
        })
      })
      await answerTo(request, answerMs)
      const now = performance.now()
      report.answers += 1
      report.longestMs = Math.max(report.longestMs, now - begunAt)
      report.longestSilenceMs = Math.max(report.longestSilenceMs, now - answeredAt)
      answeredAt = now
    } catch (error) {
      report.failures.push({ begunAt, onOpenConnection, address, reason: String(error) })
    }
  }
  const run = async () => {
    let turns = 0
    while (!isOver) {
      const due = ((performance.now() - startedAt) / 1000) * perSecond
      for (; turns < due; turns += 1) {
        if (under.size >= connections) continue
        report.requests += 1
        const asked = askOnce().finally(() => under.delete(asked))
        under.add(asked)
      }
      await delay(tickMs)
    }
  }
  const running = run()
  return {
    report: () => report,
    [Symbol.asyncDispose]: async () => {
      isOver = true
      await running
      await Promise.all(under)
      agent.destroy()
    },
  }
}

/** Of a name that is known already the event `lookup` comes before anybody hears of the socket. */
function noting(lookup: LookupFunction, note: (address: string) => void): LookupFunction {
  return (name, options, done) =>
    lookup(name, options, (error, address, family) => {
      if (typeof address === 'string') note(address)
      done(error, address, family)
    })
}

/** Throws unless all of it comes in time, and is good. */
async function answerTo(request: ClientRequest, answerMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => request.destroy(new Error(`no answer within ${answerMs} ms`)), answerMs)
  request.on('error', reject).on('response', (response) => {
    response.on('error', reject)
    if (response.statusCode === 200) response.on('end', resolve).resume()
    else text(response).then((why) => reject(new Error(`answered ${response.statusCode}: ${why}`)), reject)
  })
  try {
    await promise
  } finally {
    clearTimeout(timer)
  }
}
