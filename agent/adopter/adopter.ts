/** The process that makes a copy of the guest one child. It is started while there is time. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { arch } from 'node:process'
import type { Duplex, Readable, Writable } from 'node:stream'
import { FailedError, UnavailableError } from '../../proto/errors.ts'
import { readIfPresent } from '../file/durable.ts'
import { type AdopterPlan, encodeFreezing, encodePlan, type Freezing } from './plan.ts'
import { adopterProgram } from './program.ts'

export interface Adopter {
  /** May be repeated; the last plan counts. */
  tell(plan: AdopterPlan): void
  /**
   * Once, after the last {@link tell}. Answers when it waits for orders.
   *
   * @throws FailedError `NO_ADOPTER` when it does not come to that
   */
  listen(freezing: Freezing): Promise<void>
  /** The other end of its port where that is a pipe. */
  orders: Duplex | undefined
  /** Ends it, whatever it is doing. */
  close(): Promise<void>
}

export interface AdopterOptions {
  /** The file of a port on which the host gives orders, or a pipe for who starts it. */
  port: string | 'pipe'
  /** Where it writes down what it did. */
  progress: string
}

// asm/unistd.h of each architecture: clock_gettime, clock_settime, mount, prctl.
const systemCalls: Partial<Record<string, number[]>> = {
  x64: [228, 227, 165, 157],
  arm64: [113, 112, 40, 167],
}

const listenMilliseconds = 10_000

/**
 * @throws UnavailableError `NO_ADOPTER_PORT` when the machine has none, `NO_SYSTEM_CALLS` on an architecture whose
 *   call numbers are not known
 */
export function startAdopter({ port, progress }: AdopterOptions): Adopter {
  const numbers = systemCalls[arch]
  if (numbers === undefined) throw unknownArchitecture()
  mkdirSync(dirname(progress), { recursive: true })
  rmSync(progress, { force: true })
  const descriptor = port === 'pipe' ? port : openPort(port)
  const child = spawn('perl', ['-e', adopterProgram, progress, ...numbers.map(String)], {
    stdio: ['pipe', 'pipe', 'ignore', descriptor],
  })
  let failure: unknown
  const ended = once(child, 'close').catch((error) => {
    failure = error
  })
  const { stdin, stdout } = child as { stdin: Writable; stdout: Readable }
  if (typeof descriptor === 'number') closeSync(descriptor)
  stdin.on('error', () => undefined)
  const orders = port === 'pipe' ? (child.stdio[3] as Duplex) : undefined
  orders?.on('error', () => undefined)

  return {
    orders,
    tell: (plan) => void stdin.write(encodePlan(plan)),
    async listen(freezing) {
      stdin.end(encodeFreezing(freezing))
      const { promise: ready, resolve } = Promise.withResolvers<string>()
      stdout.once('data', (text: Buffer) => resolve(String(text).trim()))
      const timer = setTimeout(() => child.kill('SIGKILL'), listenMilliseconds)
      const answer = await Promise.race([ready, ended.then(() => 'ended')])
      clearTimeout(timer)
      if (answer === 'ready') return
      throw notReady(readIfPresent(`${progress}.errors`) ?? '', failure)
    },
    async close() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function openPort(path: string): number {
  try {
    return openSync(path, 'r+')
  } catch (error) {
    throw new UnavailableError({
      code: 'NO_ADOPTER_PORT',
      message: `the port ${path}, on which the host speaks with each child, can't be opened`,
      remedy: 'Stop the machine and start it again, so that it gets the devices of this release.',
      cause: error,
    })
  }
}

/** @param cause why it could not be started, if so */
function notReady(said: string, cause: unknown): FailedError {
  return new FailedError({
    code: 'NO_ADOPTER',
    message: `the process that makes a copy of the guest a child did not get ready: ${said.trim() || 'it ended'}`,
    remedy: 'Check that perl is installed in the guest, then try again.',
    cause,
  })
}

function unknownArchitecture(): UnavailableError {
  return new UnavailableError({
    code: 'NO_SYSTEM_CALLS',
    message: `the agent does not know the numbers of system calls on ${arch}`,
    remedy: 'Use a guest of the architecture x86-64 or arm64.',
  })
}
