/** What a command says, and where: its result on standard output, everything else on standard error. */
import { errorDocument } from '../documents/error.ts'
import { errorText } from '../render/error-text.ts'
import type { Look } from '../render/look.ts'
import { printable, printableJson, printableJsonLine } from '../render/printable.ts'
import { exitCodeOf } from './exit-code.ts'
import { lookOf } from './streams.ts'

/** One result in its two forms. */
export interface Result {
  /** For programs: the fields in docs/cli.md. */
  document: object
  /** For people, without a line feed at its end; empty for nothing to show. */
  text(look: Look): string
}

export interface Output {
  readonly json: boolean
  /** The result of the command; once. */
  result(result: Result): void
  /** One of several results of a command that goes on: in JSON, a line of its own. */
  round(result: Result): void
  /** What is good to know; not with --quiet. */
  note(text: string): void
  /** What should not be missed. */
  warn(text: string): void
  /** Tells an error whose document is a part of the result, and sets the exit code unless an earlier one has. */
  fail(error: unknown): void
  /** Where progress is shown; undefined with --quiet. */
  readonly progress: NodeJS.WriteStream | undefined
}

export function createOutput(options: { json: boolean; quiet: boolean }): Output {
  const { stdout, stderr } = process
  return {
    json: options.json,
    result: ({ document, text }) => {
      const written = options.json ? printableJson(document) : text(lookOf(stdout))
      if (written !== '') stdout.write(`${written}\n`)
    },
    round: ({ document, text }) => {
      stdout.write(`${options.json ? printableJsonLine(document) : text(lookOf(stdout))}\n`)
    },
    note: (text) => {
      if (!options.quiet) stderr.write(`${printable(text)}\n`)
    },
    warn: (text) => {
      stderr.write(`${lookOf(stderr).paint('yellow', 'warning:')} ${printable(text)}\n`)
    },
    fail: (error) => {
      stderr.write(`${errorText(errorDocument(error), lookOf(stderr))}\n`)
      process.exitCode ??= exitCodeOf(error)
    },
    progress: options.quiet ? undefined : stderr,
  }
}
