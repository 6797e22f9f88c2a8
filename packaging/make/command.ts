/** Runs the programs that a build consists of. */
import { ExecaError, execa } from 'execa'
import { FailedError } from '../../proto/errors.ts'

/** A program and its arguments. */
export type CommandLine = readonly [string, ...string[]]

export interface CommandOptions {
  /** Seconds. */
  timeout: number
  /** Ends the command. */
  signal?: AbortSignal | undefined
  environment?: Record<string, string>
}

/**
 * Runs one command and gives what it printed.
 *
 * @throws FailedError (`BUILD_FAILED`) with the end of what it said
 */
export async function command([file, ...args]: CommandLine, options: CommandOptions): Promise<string> {
  try {
    const result = await execa(file, args, {
      timeout: options.timeout * 1000,
      // What it leaves behind half done is deleted in any case.
      killSignal: 'SIGKILL',
      ...(options.signal && { cancelSignal: options.signal }),
      env: { ...options.environment, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', PATH: searchPath() },
      stdin: 'ignore',
    })
    return result.stdout
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason
    const said = error instanceof ExecaError ? String(error.stderr ?? '') : ''
    const lines = said.trimEnd().split('\n').slice(-5).join('\n')
    throw new FailedError({
      code: 'BUILD_FAILED',
      message: `${file} failed: ${lines || (error instanceof Error ? error.message : String(error))}`,
      remedy: 'Mend what it names, then build again: nothing of the failed build is left.',
      cause: error,
    })
  }
}

/** Not every user's search path has the folders of the programs for administrators. */
function searchPath(): string {
  return `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin`
}
