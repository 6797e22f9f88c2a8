import { reportError } from './frame/report-error.ts'
import { outliveReaders } from './frame/streams.ts'
import { HelpShown } from './frame/usage-error.ts'
import { createProgram } from './program.ts'

/** Runs one command line, and sets the exit code (docs/cli.md). */
export async function run(commandLine: readonly string[]): Promise<void> {
  outliveReaders([process.stdout, process.stderr])
  try {
    await createProgram().parseAsync(commandLine)
  } catch (error) {
    if (error instanceof HelpShown) return
    process.exitCode = reportError(error, { json: asksForJson(commandLine) })
  }
}

/** Also when the command line is wrong, so that nobody has parsed it. */
function asksForJson(commandLine: readonly string[]): boolean {
  const end = commandLine.indexOf('--')
  return commandLine.slice(2, end < 0 ? undefined : end).includes('--json')
}
