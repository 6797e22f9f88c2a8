/** System calls on disks, one after the other, but none waits for one that hangs. */
import { arch } from 'node:process'
import { UnansweredError } from '../../../proto/errors.ts'
import { printable } from '../../group/coupling/printable.ts'
import {
  type CallNumbers,
  type KernelAnswer,
  type KernelCall,
  type KernelWorker,
  startKernelWorker,
} from './worker.ts'

export interface KernelCalls extends AsyncDisposable {
  /** Starts a process for the first call. */
  warmUp(): void
  /**
   * @param timeoutMs from when its turn comes
   * @returns undefined when there is nobody to make it, or who made it ended over it: a program has to see then
   * @throws UnansweredError `PROGRAM_STUCK`
   */
  make(call: KernelCall, timeoutMs: number): Promise<KernelAnswer | undefined>
}

// asm/unistd.h of each architecture: mount, umount2, syncfs.
const callNumbers: Partial<Record<string, CallNumbers>> = {
  x64: [165, 166, 306],
  arm64: [40, 39, 267],
}

/** How long nothing may be done before another process goes on with what waits. */
const patienceMs = 1000

/**
 * Starts its processes when they are needed, and keeps one.
 *
 * @param options.architecture in Node's words. @default that of this process
 */
export function createKernelCalls({ architecture = arch as string } = {}): KernelCalls {
  const numbers = callNumbers[architecture]
  const workers = new Set<KernelWorker>()
  const idle: KernelWorker[] = []
  const waiting: ((worker: KernelWorker) => void)[] = []
  let patience: NodeJS.Timeout | undefined

  const forget = (worker: KernelWorker) => {
    workers.delete(worker)
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1)
  }
  const start = (of: CallNumbers): KernelWorker => {
    const worker = startKernelWorker(of)
    workers.add(worker)
    void worker.ended.then(() => forget(worker))
    return worker
  }
  const beginPatience = (of: CallNumbers) => {
    clearTimeout(patience)
    if (waiting.length === 0) return
    patience = setTimeout(() => {
      waiting.shift()?.(start(of))
      beginPatience(of)
    }, patienceMs)
  }
  const obtain = async (of: CallNumbers): Promise<KernelWorker> => {
    const free = idle.pop()
    if (free !== undefined) return free
    if (workers.size === 0) return start(of)
    const { promise, resolve } = Promise.withResolvers<KernelWorker>()
    waiting.push(resolve)
    if (waiting.length === 1) beginPatience(of)
    return await promise
  }
  const release = async (worker: KernelWorker, of: CallNumbers) => {
    const next = waiting.shift()
    beginPatience(of)
    if (next !== undefined) next(worker)
    else if (idle.length === 0) idle.push(worker)
    else await worker.end()
  }

  return {
    warmUp() {
      if (numbers !== undefined && workers.size === 0) idle.push(start(numbers))
    },
    async make(call, timeoutMs) {
      if (numbers === undefined) return undefined
      const worker = await obtain(numbers)
      const { promise: late, resolve } = Promise.withResolvers<'late'>()
      const timer = setTimeout(() => resolve('late'), timeoutMs)
      const answer = await Promise.race([worker.make(call), late])
      clearTimeout(timer)
      if (answer !== undefined && answer !== 'late') {
        await release(worker, numbers)
        return answer
      }
      workers.delete(worker)
      const next = waiting.shift()
      next?.(start(numbers))
      beginPatience(numbers)
      await worker.end()
      if (answer === 'late') throw stuck(call, timeoutMs)
      return undefined
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(patience)
      await Promise.all([...workers].map((worker) => worker.end()))
    },
  }
}

const doing = { mount: 'to mount', unmount: 'to unmount', sync: 'to write out', read: 'to read' } as const

function stuck(call: KernelCall, timeoutMs: number): UnansweredError {
  const [what] = Object.values(call).slice(1)
  return new UnansweredError({
    code: 'PROGRAM_STUCK',
    message: `${doing[call.do]} ${printable(String(what))} was not done within ${timeoutMs} ms`,
    remedy: 'See the kernel log of the guest: the disk, or who serves it, may not answer.',
  })
}
