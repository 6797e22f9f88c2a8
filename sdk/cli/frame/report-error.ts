/** How a command says that it failed. */
import { inspect } from 'node:util'
import { errorDocument } from '../documents/error.ts'
import { errorText } from '../render/error-text.ts'
import { printableJson } from '../render/printable.ts'
import { exitCodeOf } from './exit-code.ts'
import { lookOf } from './streams.ts'

/**
 * Tells the error on standard error; with `json`, the document on standard output as well. With CLEAVE_DEBUG=1 the
 * stack and all causes follow.
 *
 * @returns the exit code
 */
export function reportError(error: unknown, options: { json: boolean }): number {
  const document = errorDocument(error)
  if (options.json) process.stdout.write(`${printableJson({ error: document })}\n`)
  process.stderr.write(`${errorText(document, lookOf(process.stderr))}\n`)
  if (process.env['CLEAVE_DEBUG'] === '1') process.stderr.write(`${inspect(error)}\n`)
  return exitCodeOf(error)
}
