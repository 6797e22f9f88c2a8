/** Short-lived programs of the host. */
import { execa } from 'execa'
import { FailedError, UnansweredError, UnavailableError } from '../../../proto/errors.ts'

export interface Program {
  command: string
  arguments: readonly string[]
  /** The Debian package that has it, for the message when it is missing. */
  package: string
  input?: string
  /** @default 10_000 */
  timeoutMs?: number
}

/** More than any answer that is read. */
const longestOutput = 1024 * 1024

/**
 * Runs a program to its end and answers what it printed.
 *
 * @throws UnavailableError `PROGRAM_MISSING`, `NO_RIGHTS`, `NO_SPACE`
 * @throws UnansweredError `PROGRAM_TIMEOUT`
 * @throws FailedError `PROGRAM_FAILED`
 */
export async function runProgram(program: Program): Promise<string> {
  const { command, input, timeoutMs = 10_000 } = program
  const result = await execa(command, program.arguments, {
    reject: false,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: longestOutput,
    // Error texts are looked at below.
    env: { LC_ALL: 'C' },
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  })
  if (!result.failed) return String(result.stdout)
  const detail = String(result.stderr || result.shortMessage)
    .trim()
    .slice(0, 1000)
  if (result.timedOut) {
    throw new UnansweredError({
      code: 'PROGRAM_TIMEOUT',
      message: `${command} did not end within ${timeoutMs} ms`,
      remedy: 'The host may be overloaded: try again.',
      cause: result,
    })
  }
  throw programFailed({ program, detail, cause: result })
}

interface Failure {
  program: Program
  detail: string
  cause: { code?: string | undefined }
}

function programFailed({ program, detail, cause }: Failure): UnavailableError | FailedError {
  const { command } = program
  if (cause.code === 'ENOENT') {
    return new UnavailableError({
      code: 'PROGRAM_MISSING',
      message: `${command} is not installed`,
      remedy: `Install it: apt-get install ${program.package}`,
      cause,
    })
  }
  if (/operation not permitted|permission denied/i.test(detail)) {
    return new UnavailableError({
      code: 'NO_RIGHTS',
      message: `${command} was not permitted: ${detail}`,
      remedy: 'Run it as root.',
      cause,
    })
  }
  if (/no space left on device/i.test(detail)) {
    return new UnavailableError({
      code: 'NO_SPACE',
      message: `${command} found no space left: ${detail}`,
      remedy: 'Free some space, or use a home folder on a larger disk.',
      cause,
    })
  }
  return new FailedError({
    code: 'PROGRAM_FAILED',
    message: `${command} failed: ${detail}`,
    remedy: 'The message is from the program itself.',
    cause,
  })
}
