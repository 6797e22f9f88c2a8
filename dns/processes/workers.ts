/** Processes that answer beside the first one, each on all addresses. */
import { type ChildProcess, fork } from 'node:child_process'
import { extname, join } from 'node:path'
import { UnavailableError } from '../../proto/errors.ts'
import type { Client } from '../answer/respond.ts'
import type { ZoneChange } from '../authority.ts'
import type { DnsConfig } from '../config.ts'
import type { Log } from '../log.ts'
import type { FromWorker, ToWorker } from './messages.ts'

export interface WorkersOptions {
  config: DnsConfig
  count: number
  /** All zones as they answer now. */
  zones(): readonly ZoneChange[]
  update(bytes: Buffer, client: Client): Promise<Buffer>
  log: Log
}

export interface Workers {
  /** Answers when all of them answer by it: one that does not say so in time is ended. */
  publish(changes: readonly ZoneChange[]): Promise<void>
  reload(): void
  close(): Promise<void>
}

interface Worker {
  child: ChildProcess
  /** It has got the zones, and gets each change from then on. */
  knows: boolean
  waiting: Map<number, () => void>
}

const file = join(import.meta.dirname, `worker${extname(import.meta.filename)}`)
const longestChangeMs = 1000
const restartMs = 1000
const startMs = 15_000

/** @throws UnavailableError when one can't serve */
export async function startWorkers({ config, count, zones, update, log }: WorkersOptions): Promise<Workers> {
  const workers = new Set<Worker>()
  const restarts = new Set<NodeJS.Timeout>()
  let lastNumber = 0
  let closing = false

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(file, { serialization: 'advanced', execArgv: process.execArgv })
      const worker: Worker = { child, knows: false, waiting: new Map() }
      workers.add(worker)
      const late = setTimeout(() => child.kill('SIGKILL'), startMs)
      const send = (message: ToWorker): void => void child.send(message, ignore)
      child.on('error', (error) => log('error', 'a process of the server failed', { error }))
      child.on('exit', (code, signal) => {
        clearTimeout(late)
        workers.delete(worker)
        for (const done of worker.waiting.values()) done()
        reject(ended(code, signal))
        if (!closing) restartLater({ code, signal })
      })
      child.on('message', (message: FromWorker) => {
        switch (message.kind) {
          case 'ready':
            worker.knows = true
            send({ kind: 'start', config, zones: zones() })
            break
          case 'serving':
            clearTimeout(late)
            resolve()
            break
          case 'changed':
            worker.waiting.get(message.number)?.()
            worker.waiting.delete(message.number)
            break
          case 'update':
            update(message.bytes, message.client).then(
              (reply) => send({ kind: 'updated', number: message.number, reply }),
              (error) => log('error', 'an update failed', { error }),
            )
            break
          default:
            log('error', 'a process of the server failed', { code: message.code, problem: message.message })
            reject(new UnavailableError(message))
            child.kill('SIGKILL')
        }
      })
    })

  const restartLater = (why: object): void => {
    log('error', 'a process of the server ended, and is started again', { ...why })
    const timer = setTimeout(() => {
      restarts.delete(timer)
      // Whatever keeps it from starting is in the log, and it is tried again.
      start().catch(ignore)
    }, restartMs)
    restarts.add(timer)
  }

  const publishTo = (worker: Worker, number: number, changes: readonly ZoneChange[]): Promise<void> =>
    new Promise((resolve) => {
      // It must not go on to answer by what is not so any more.
      const late = setTimeout(() => worker.child.kill('SIGKILL'), longestChangeMs)
      worker.waiting.set(number, () => {
        clearTimeout(late)
        resolve()
      })
      worker.child.send({ kind: 'change', number, changes } satisfies ToWorker, ignore)
    })

  const close = async (): Promise<void> => {
    closing = true
    for (const timer of restarts) clearTimeout(timer)
    await Promise.all(
      [...workers].map(
        ({ child }) =>
          new Promise((resolve) => {
            child.once('exit', resolve)
            child.kill('SIGKILL')
          }),
      ),
    )
  }
  try {
    await Promise.all(Array.from({ length: count }, start))
  } catch (error) {
    await close()
    throw error
  }
  return {
    publish: async (changes) => {
      lastNumber += 1
      const number = lastNumber
      await Promise.all(
        [...workers].filter(({ knows }) => knows).map((worker) => publishTo(worker, number, changes)),
      )
    },
    reload: () => {
      for (const { child } of workers) child.send({ kind: 'reload' } satisfies ToWorker, ignore)
    },
    close,
  }
}

function ended(code: number | null, signal: string | null): UnavailableError {
  return new UnavailableError({
    code: 'WORKER_ENDED',
    message: `a process of the server ended with ${signal ?? code}`,
    remedy: 'See the log for why; without `processes` in the settings there is one process only.',
  })
}

function ignore(): void {}
