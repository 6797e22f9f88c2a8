/** One process that makes system calls, one after the other. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { kernelProgram } from './program.ts'

export type KernelCall =
  /** mount(2); makes the target where there is none. */
  | { do: 'mount'; source: string; target: string; fileSystem: string; flags: number; data: string }
  /** umount2(2) */
  | { do: 'unmount'; target: string; flags: number }
  /** syncfs(2) */
  | { do: 'sync'; place: string }
  | { do: 'read'; path: string; offset: number; length: number }

export interface KernelAnswer {
  /** 0 when it was done, else as errno(3) has it. */
  error: number
  /** What was read. */
  content: Buffer
}

export interface KernelWorker {
  /** Answers when the process is no more, or was never there. */
  ended: Promise<undefined>
  /** One call at a time. Answers undefined when the process ended over it, or was never there. */
  make(call: KernelCall): Promise<KernelAnswer | undefined>
  /** Ends it. One that waits within the kernel ends when it is done there. */
  end(): Promise<void>
}

/** In the order of {@link kernelProgram}. */
export type CallNumbers = readonly [mount: number, unmount: number, sync: number]

// Far more than the longest that is read.
const longestAnswer = 65_536
const endMs = 1000

export function startKernelWorker(numbers: CallNumbers): KernelWorker {
  const child = spawn('perl', ['-e', kernelProgram, ...numbers.map(String)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: '/',
  })
  const ended = once(child, 'exit').then(
    () => undefined,
    () => undefined,
  )
  child.stdin.on('error', () => undefined)
  // It ends with the agent, whose end its input is.
  child.unref()
  for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref()
  let heard = ''
  let answer: (line: string) => void = () => undefined
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    heard += text
    if (heard.length > longestAnswer) child.kill('SIGKILL')
    if (!heard.endsWith('\n')) return
    answer(heard.trimEnd())
    heard = ''
  })
  return {
    ended,
    async make(call) {
      const { promise, resolve } = Promise.withResolvers<string>()
      answer = resolve
      child.stdin.write(encodeCall(call))
      const line = await Promise.race([promise, ended])
      return line === undefined ? undefined : parseAnswer(line)
    },
    async end() {
      child.ref()
      child.kill('SIGKILL')
      await Promise.race([ended, delay(endMs, undefined, { ref: false })])
      child.unref()
    },
  }
}

function encodeCall({ do: what, ...fields }: KernelCall): string {
  const words = Object.values(fields).map((field) => Buffer.from(String(field)).toString('hex'))
  return `${[what, ...words].join('\t')}\n`
}

function parseAnswer(line: string): KernelAnswer {
  const [error, content = ''] = line.split('\t')
  return { error: Number(error), content: Buffer.from(content, 'hex') }
}
