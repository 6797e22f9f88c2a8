/** What was found on a host, for people. Pure. */
import { type Check, splittingWorks } from '../doctor/check.ts'
import type { Look, Style } from './look.ts'
import { printable } from './printable.ts'
import { type Column, table } from './table.ts'

const styles: Record<Check['state'], Style> = { ok: 'green', warning: 'yellow', missing: 'red' }

const columns: readonly Column<Check>[] = [
  { title: 'CHECK', text: ({ name }) => name },
  { title: 'STATE', text: ({ state }) => state, style: ({ state }) => styles[state] },
  { title: 'FOUND', text: ({ detail }) => detail },
]

/** A table of all checks, what to do about those that are not ok, and the conclusion. */
export function examinationText(checks: readonly Check[], look: Look): string {
  const remedies = checks
    .filter(({ remedy }) => remedy !== '')
    .map(({ name, state, remedy }) => `${look.paint(styles[state], name)}: ${printable(remedy)}`)
  const conclusion = `machines can${splittingWorks(checks) ? '' : 'not'} be split on this host`
  const parts = [table(checks, columns, look), remedies.join('\n'), look.paint('bold', conclusion)]
  return parts.filter((part) => part !== '').join('\n\n')
}
