/** Whether a group that was started again serves already: a process that runs may still be opening its files. */
import { get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { ReadinessDefinition, RouteBackend } from './definition.ts'

const pauseMs = 50
/** Of one try. */
const answerMs = 2000

/**
 * Waits until a backend accepts a connection, and, when a path is given, answers it with less than 400. After the time that is
 * given it waits no longer: then clients are told by the group itself what it lacks.
 *
 * @returns whether it was ready in time
 */
export async function whenReady(
  backend: RouteBackend,
  { path, milliseconds }: ReadinessDefinition,
): Promise<boolean> {
  const end = performance.now() + milliseconds
  for (;;) {
    const ready = await (path === '' ? accepts(backend) : answers(backend, path))
    if (ready || performance.now() >= end) return ready
    await delay(pauseMs)
  }
}

async function accepts({ address: host, port }: RouteBackend): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port, timeout: answerMs })
  socket
    .once('connect', () => resolve(true))
    .once('timeout', () => resolve(false))
    .once('error', () => resolve(false))
  const accepted = await promise
  socket.destroy()
  return accepted
}

async function answers({ address: host, port }: RouteBackend, path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const signal = AbortSignal.timeout(answerMs)
  const request = get({ host, port, path, agent: false, signal }, ({ statusCode = 500 }) =>
    resolve(statusCode < 400),
  )
  request.on('error', () => resolve(false))
  const answered = await promise
  request.destroy()
  return answered
}
