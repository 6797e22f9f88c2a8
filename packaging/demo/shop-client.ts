/** A client of the shop that keeps one TCP connection and asks all the time, as a busy front end would. */
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface ClientReport {
  requests: number
  /** Requests without a good answer within the bound, and connections that could not be kept. */
  failures: number
  /** The longest time between two answers, in milliseconds. */
  longestSilenceMs: number
  /** True while every answer came on the one connection that was opened first. */
  connectionKept: boolean
}

export interface ShopClient {
  report(): ClientReport
  /** The answers' own count of visits: each answer must say one more than the one before. */
  lostVisits(): number
  stop(): Promise<void>
}

// A front end would give up about here.
const defaultAnswerTimeoutMs = 10_000
const pauseBetweenMs = 2
const longestAnswer = 64 * 1024

export interface ShopClientOptions {
  /** Looks up where to connect to, each time. @default what the client was started with */
  lookUp?: () => Promise<string>
  /** How long it waits for an answer. @default 10000 */
  answerTimeoutMs?: number
  /** After so long without an answer, and again, it looks up where to connect to, and leaves when that is elsewhere. @default never */
  doubtMs?: number
}

/** Connects to `host`:`port` and asks until it is stopped. Throws when the first connection fails. */
export async function startShopClient(
  host: string,
  port: number,
  options: ShopClientOptions = {},
): Promise<ShopClient> {
  const { lookUp = async () => host, answerTimeoutMs = defaultAnswerTimeoutMs, doubtMs } = options
  const open = async () => {
    const address = await lookUp()
    return { address, socket: await openConnection({ host: address, port, timeoutMs: answerTimeoutMs }) }
  }
  const report: ClientReport = { requests: 0, failures: 0, longestSilenceMs: 0, connectionKept: true }
  let stopped = false
  let visits = 0
  let lost = 0
  let answeredAt = performance.now()
  let connection = await open()

  const leaveIfMoved = async () => {
    const { address, socket } = connection
    if ((await lookUp().catch(() => address)) !== address) socket.destroy()
  }
  const askOnce = async () => {
    report.requests += 1
    const doubt = doubtMs === undefined ? undefined : setInterval(leaveIfMoved, doubtMs)
    const answer = await ask(connection.socket, host, answerTimeoutMs).finally(() => clearInterval(doubt))
    const now = performance.now()
    report.longestSilenceMs = Math.max(report.longestSilenceMs, now - answeredAt)
    answeredAt = now
    if (visits > 0 && answer.visits !== visits + 1) lost += 1
    visits = answer.visits
  }

  const run = async () => {
    while (!stopped) {
      try {
        await askOnce()
      } catch {
        report.failures += 1
        report.connectionKept = false
        connection.socket.destroy()
        connection = await open().catch(() => connection)
      }
      await delay(pauseBetweenMs)
    }
    connection.socket.destroy()
  }
  const running = run()

  return {
    report: () => ({ ...report, longestSilenceMs: Math.round(report.longestSilenceMs) }),
    lostVisits: () => lost,
    stop: async () => {
      stopped = true
      await running
    },
  }
}

interface Place {
  host: string
  port: number
  timeoutMs: number
}

async function openConnection({ host, port, timeoutMs }: Place): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true })
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no connection to ${host}:${port}`)))
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  socket.setTimeout(0)
  // A failure later is seen by whoever waits for an answer.
  socket.on('error', () => {})
  return socket
}

async function ask(socket: Socket, host: string, timeoutMs: number): Promise<{ visits: number }> {
  if (socket.destroyed) throw new Error('the connection was closed')
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  const { head, body } = await receive(socket, timeoutMs)
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`the shop answered ${head.slice(0, 40)}`)
  return JSON.parse(body) as { visits: number }
}

async function receive(socket: Socket, timeoutMs: number): Promise<{ head: string; body: string }> {
  return await new Promise((resolve, reject) => {
    let received = ''
    const settle = (action: () => void) => {
      clearTimeout(timer)
      socket.off('data', take).off('close', lost)
      action()
    }
    const lost = () => settle(() => reject(new Error('the connection was closed')))
    const timer = setTimeout(() => settle(() => reject(new Error('no answer'))), timeoutMs)
    const take = (chunk: Buffer) => {
      received += chunk.toString('latin1')
      const answer = wholeAnswer(received)
      if (answer) settle(() => resolve(answer))
      else if (received.length > longestAnswer) settle(() => reject(new Error('the answer is too long')))
    }
    socket.on('data', take).on('close', lost)
  })
}

/** Head and body of an HTTP answer, undefined until all of it is there. */
function wholeAnswer(received: string): { head: string; body: string } | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = received.slice(0, end)
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  const body = received.slice(end + 4)
  return body.length >= length ? { head, body: body.slice(0, length) } : undefined
}
