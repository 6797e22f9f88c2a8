import type { ErrorDocument } from '../documents/error.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'

/** `cleave: MESSAGE (CODE)`, and below it what to do. Pure. */
export function errorText(error: ErrorDocument, look: Look): string {
  const [first = '', ...more] = `${error.message} (${error.code})`.split('\n')
  const below = [...more, ...error.remedy.split('\n')].filter((line) => line.trim() !== '')
  return [
    `${look.paint('red', 'cleave:')} ${printable(first)}`,
    ...below.map((line) => `  ${printable(line)}`),
  ].join('\n')
}
