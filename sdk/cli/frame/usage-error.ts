/** Mistakes in the use of the command line, as errors like all others. */
import type { Command, CommanderError } from 'commander'
import { InvalidRequestError } from '../../../proto/errors.ts'

/** Lets every command below `command` throw what is wrong in place of ending the process. */
export function throwUsageErrors(command: Command, path = command.name()): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? new HelpShown() : usageError(error, path)
  })
  for (const child of command.commands) throwUsageErrors(child, `${path} ${child.name()}`)
}

/** Help or the version was asked for and shown: all is done. */
export class HelpShown extends Error {}

function usageError(error: CommanderError, path: string): InvalidRequestError {
  const isHelp = error.code === 'commander.help'
  const message = isHelp ? `${path} needs a command` : error.message.replace(/^error: /, '')
  return new InvalidRequestError({
    code: 'USAGE',
    message: message.replaceAll('\n', ' '),
    remedy: `See: ${path} --help`,
  })
}
