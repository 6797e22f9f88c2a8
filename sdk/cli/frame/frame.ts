/** What every command has: its options for all commands, and its output. */
import type { Command } from 'commander'
import type { Settings } from '../../settings.ts'
import { parseBridge, parseFolder } from '../arguments/names.ts'
import { createOutput, type Output } from './output.ts'

export interface Frame {
  /** What was given; the rest comes from the environment (sdk/settings.ts). */
  settings: Partial<Settings>
  output: Output
}

interface SharedOptions {
  home?: string
  bridge?: string
  bridgeAddress?: string
  json?: boolean
  quiet?: boolean
}

export function addSharedOptions(program: Command): Command {
  return program
    .option('--home <folder>', 'where machines and the store are (also CLEAVE_HOME)', parseFolder)
    .option('--bridge <name>', 'the bridge that machines are on (also CLEAVE_BRIDGE)', parseBridge)
    .option(
      '--bridge-address <address>',
      "the bridge's own, such as 10.77.0.1/24 (also CLEAVE_BRIDGE_ADDRESS)",
    )
    .option('--json', 'the result, or the error, as one JSON document on standard output')
    .option('-q, --quiet', 'only the result, warnings and errors')
}

/**
 * Makes an action of commander's out of work that takes a frame first.
 *
 * @param work gets the command's own arguments and options behind the frame
 */
export function withFrame<Given extends unknown[]>(work: (frame: Frame, ...given: Given) => Promise<void>) {
  return async (...given: unknown[]): Promise<void> => {
    // Commander hands over arguments, options and the command.
    const command = given.pop() as Command
    const { home, bridge, bridgeAddress, json, quiet } = command.optsWithGlobals<SharedOptions>()
    const settings = {
      ...(home !== undefined && { home }),
      ...(bridge !== undefined && { bridge }),
      ...(bridgeAddress !== undefined && { bridgeAddress }),
    }
    const output = createOutput({ json: json === true, quiet: quiet === true })
    await work({ settings, output }, ...(given as Given))
  }
}
