/** Clients that ask all the time, each on a connection that it keeps. */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export interface Answer {
  status: number
  body: string
  retryAfter?: string | undefined
}

export interface ClientsReport {
  requests: number
  /** Every one that was not answered with 200, and why. */
  failures: string[]
  /** How many had each body. */
  answers: Map<string, number>
  /** The longest time between a question and its answer, in milliseconds. */
  longestMs: number
}

export interface Clients extends AsyncDisposable {
  report(): ClientsReport
}

const answerMs = 150_000

export function ask(
  port: number,
  options: { host?: string; agent?: Agent; path?: string } = {},
): Promise<Answer> {
  const { host = '127.0.0.1', agent, path = '/' } = options
  return new Promise((resolve, reject) => {
    const asked = request(
      { host, port, path, ...(agent ? { agent } : { agent: false }), timeout: answerMs },
      (response) => {
        const parts: Buffer[] = []
        response
          .on('data', (part: Buffer) => parts.push(part))
          .on('error', reject)
          .on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              body: Buffer.concat(parts).toString(),
              retryAfter: response.headers['retry-after'],
            }),
          )
      },
    )
    asked.on('error', reject).on('timeout', () => asked.destroy(new Error(`no answer within ${answerMs} ms`)))
    asked.end()
  })
}

/** @param options.pauseMs between two requests of one client. @default 10 */
export function startClients(options: {
  host?: string
  port: number
  connections: number
  pauseMs?: number
  path?: string
}): Clients {
  const { port, connections, pauseMs = 10, ...where } = options
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const report: ClientsReport = { requests: 0, failures: [], answers: new Map(), longestMs: 0 }
  let isOver = false
  const run = async () => {
    while (!isOver) {
      report.requests += 1
      const begunAt = performance.now()
      try {
        const { status, body } = await ask(port, { ...where, agent })
        if (status === 200) report.answers.set(body, (report.answers.get(body) ?? 0) + 1)
        else report.failures.push(`${status} ${body.slice(0, 100)}`)
      } catch (error) {
        report.failures.push(String(error))
      }
      report.longestMs = Math.max(report.longestMs, performance.now() - begunAt)
      await delay(pauseMs)
    }
  }
  const running = Array.from({ length: connections }, run)
  return {
    report: () => report,
    [Symbol.asyncDispose]: async () => {
      isOver = true
      await Promise.all(running)
      agent.destroy()
    },
  }
}
