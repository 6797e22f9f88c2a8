/** Regular expressions on command lines. The pattern is an admin's, the command line may be an attacker's. */
import { setFlagsFromString } from 'node:v8'
import { longestCommandLine } from '../../process/command-line.ts'

export const longestPattern = 256

let isEngineReady = false

/**
 * Compiles a pattern for V8's engine that takes time linear in the length of the text, whatever the pattern: the
 * usual one backtracks, and 30 bytes of an argument could hold the agent for ever.
 *
 * @throws SyntaxError when it is no regular expression, or one that can't be matched in linear time: with
 * back-references, look-ahead or large counts
 */
export function compilePattern(pattern: string): RegExp {
  if (!isEngineReady) {
    // Only lets the flag below be used; other expressions keep their engine.
    setFlagsFromString('--enable-experimental-regexp-engine')
    isEngineReady = true
  }
  return new RegExp(pattern, 'l')
}

/** What patterns are matched against: the arguments with a space between each two. */
export function commandText(commandLine: readonly string[]): string {
  return commandLine.join(' ').slice(0, longestCommandLine)
}
