/** Changes to the host's network: one process for all of them. */
import { FailedError } from '../../../../proto/errors.ts'
import { runProgram } from '../program.ts'

/** One command of ip(8) or bridge(8), a word an element. */
export type NetworkCommand = readonly string[]

/** Runs commands in order and stops at the first that fails. Throws what {@link runProgram} throws. */
export async function changeNetwork(
  command: 'ip' | 'bridge',
  commands: readonly NetworkCommand[],
): Promise<void> {
  if (commands.length === 0) return
  const input = formatBatch(commands)
  await runProgram({ command, arguments: ['-batch', '-'], package: 'iproute2', input })
}

/** The input of `-batch -`, which has no quoting: a word with a space in it would become two. */
export function formatBatch(commands: readonly NetworkCommand[]): string {
  for (const word of commands.flat()) {
    if (/^[\w:./-]+$/.test(word)) continue
    throw new FailedError({
      code: 'BAD_NETWORK_COMMAND',
      message: `${JSON.stringify(word)} can't be a word of a network command`,
      remedy: 'Check the names of the bridge and the tap in the record of the machine.',
    })
  }
  return commands.map((words) => `${words.join(' ')}\n`).join('')
}
