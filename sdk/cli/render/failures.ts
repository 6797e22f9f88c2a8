/** What groups lack though an operation went through, for people. Pure. */
import { failureText } from '../../operation/failure-records.ts'
import type { FailureRecord } from '../../store/records.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'

/** A line for each. Empty when nothing is lacking. */
export function failuresText(failures: readonly FailureRecord[], look: Look): string {
  if (failures.length === 0) return ''
  return `\n\n${failures.map((failure) => look.paint('red', printable(failureText(failure)))).join('\n')}`
}
