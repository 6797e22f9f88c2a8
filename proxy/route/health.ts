/** Looks after backends: whether they answer. */
import { request } from 'node:http'
import { connect } from 'node:net'
import type { HealthCheck, Protocol } from '../../proto/generated/route-messages.ts'
import { checkOf } from '../../proto/routing/limits.ts'
import type { BackendState } from './backend.ts'
import { judge } from './judge.ts'

export interface Health {
  /** Checks these from now on; without a check they count as up. */
  update(check: HealthCheck | null, protocol: Protocol, backends: readonly BackendState[]): void
}

const longestLookMs = 5_000

export function createHealth(): Health {
  let stop = new AbortController()
  let lastCheck: string | undefined
  const watched = new Map<BackendState, AbortController>()

  return {
    update: (check, protocol, backends) => {
      const asText = JSON.stringify([check, protocol])
      if (asText !== lastCheck) {
        lastCheck = asText
        stop.abort()
        stop = new AbortController()
        watched.clear()
      }
      for (const [backend, end] of watched) {
        if (backends.includes(backend)) continue
        end.abort()
        watched.delete(backend)
      }
      for (const backend of backends) {
        if (watched.has(backend)) continue
        const end = new AbortController()
        watched.set(backend, end)
        if (check === null) backend.up = true
        else look(backend, checkOf(check), protocol, AbortSignal.any([stop.signal, end.signal]))
      }
    },
  }
}

/** Now, and then again and again. */
function look(backend: BackendState, check: HealthCheck, protocol: Protocol, signal: AbortSignal): void {
  const finish = (isWell: boolean): void => {
    if (signal.aborted) return
    verdict = judge(verdict, isWell, check.threshold)
    backend.up = verdict.up
    setTimeout(again, check.intervalMilliseconds).unref()
  }
  const again = (): void => {
    if (signal.aborted) return
    const timeoutMs = Math.min(check.intervalMilliseconds, longestLookMs)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const ask = protocol === 'HTTP' && check.path !== '' ? answers : accepts
    ask(backend, check.path, limit).then(finish, () => finish(false))
  }
  let verdict = { up: backend.up, differing: 0 }
  again()
}

function accepts({ address, port }: BackendState, _path: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const finish = (isWell: boolean): void => {
      signal.removeEventListener('abort', give)
      socket.destroy()
      resolve(isWell)
    }
    const give = (): void => finish(false)
    signal.addEventListener('abort', give)
    socket.once('connect', () => finish(true))
    socket.once('error', give)
  })
}

function answers({ address, port }: BackendState, path: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const headers = { host: address.includes(':') ? `[${address}]` : address, 'user-agent': 'cleave-proxy' }
    const asked = request({ host: address, port, path, agent: false, headers, signal }, (response) => {
      // Only the status counts.
      response.destroy()
      resolve((response.statusCode ?? 500) < 400)
    })
    asked.once('error', reject)
    asked.end()
  })
}
