/** Runs a program of the system that works on disks. */
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { UnansweredError, UnavailableError } from '../../proto/errors.ts'
import { createTail } from '../hook/tail.ts'

export interface ProgramResult {
  exitCode: number
  /** The end of what it wrote, to people and to programs. */
  output: string
}

export interface ProgramOptions {
  /** Milliseconds. */
  timeoutMs: number
  /** The Debian package that brings it. */
  from: string
}

const longestOutput = 256 * 1024
// From SIGTERM, which lets it end in an orderly way, to SIGKILL.
const killMs = 3000
// A process that waits for a disk within the kernel can't be killed: it is left to itself.
const abandonMs = killMs + 1000
const notFound = 127

/**
 * Answers how it ended, also when it failed.
 *
 * @throws UnavailableError `NO_PROGRAM`
 * @throws UnansweredError `PROGRAM_STUCK` when it was not done in time; it was ended, or still waits for the kernel
 */
export async function runProgram(
  program: string,
  words: readonly string[],
  { timeoutMs, from }: ProgramOptions,
): Promise<ProgramResult> {
  const tail = createTail(longestOutput)
  const running = execa(program, words, {
    reject: false,
    timeout: timeoutMs,
    forceKillAfterDelay: killMs,
    // To end a check for what it writes could damage what it mends.
    buffer: false,
    all: true,
    stdin: 'ignore',
    cwd: '/',
    env: { LC_ALL: 'C' },
  })
  running.all.on('data', tail.add)
  const bound = new AbortController()
  const abandoned = delay(timeoutMs + abandonMs, undefined, { signal: bound.signal }).catch(() => undefined)
  const ended = await Promise.race([running, abandoned])
  bound.abort()
  if (ended === undefined || ended.timedOut) throw stuck([program, ...words].join(' '), timeoutMs)
  if (ended.code === 'ENOENT' || ended.exitCode === notFound) throw noProgram(program, from)
  if (ended.exitCode === undefined) {
    return { exitCode: -1, output: tail.text() || (ended.shortMessage ?? 'it could not be run') }
  }
  return { exitCode: ended.exitCode, output: tail.text() }
}

export function noProgram(program: string, from: string): UnavailableError {
  return new UnavailableError({
    code: 'NO_PROGRAM',
    message: `the guest has no ${program}`,
    remedy: `Install ${from} in the guest.`,
  })
}

function stuck(command: string, timeoutMs: number): UnansweredError {
  return new UnansweredError({
    code: 'PROGRAM_STUCK',
    message: `${command} was not done within ${timeoutMs} ms`,
    remedy: 'See the kernel log of the guest: the disk, or who serves it, may not answer.',
  })
}
