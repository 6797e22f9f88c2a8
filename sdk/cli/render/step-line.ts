/** One line of progress for each event of an operation. Pure. */
import type { OperationEvent } from '../../operation/operation.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { duration } from './units.ts'

/** The line of a step that is under way. */
export function begunLine(step: string, look: Look): string {
  return `${look.paint('dim', '·')} ${printable(step)} …`
}

/** The line that stays; undefined when there is nothing to keep. */
export function stepLine(event: OperationEvent, look: Look): string | undefined {
  switch (event.type) {
    case 'step-begun':
      return undefined
    case 'step-done':
      return `${look.paint('green', '✔')} ${printable(event.step)} ${look.paint('dim', duration(event.milliseconds))}`
    case 'step-undone':
      return `${look.paint('yellow', '↶')} ${printable(event.step)} taken back ${look.paint('dim', duration(event.milliseconds))}`
    case 'step-failed':
      return `${look.paint('red', '✘')} ${printable(event.step)}: ${printable(failure(event.error))}`
    case 'note':
      return `  ${printable(event.message)}`
  }
}

function failure(error: Error): string {
  return error.name === 'AbortError' ? 'cancelled' : error.message
}
