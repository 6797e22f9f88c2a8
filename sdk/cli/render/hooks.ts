/** Who in a guest was told of an operation, for people. Pure. */
import { lastLines } from '../../operation/split/hook-records.ts'
import type { HookRecord } from '../../store/records.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { type Column, table } from './table.ts'
import { duration } from './units.ts'

const columns: readonly Column<HookRecord>[] = [
  { title: 'HOOK', text: ({ event }) => event },
  { title: 'MACHINE', text: ({ child }) => child || 'the parent' },
  { title: 'GROUP', text: ({ group }) => group || 'all' },
  { title: 'TOLD', text: ({ hook }) => hook },
  { title: 'OUTCOME', text: ({ outcome, detail }) => (detail === '' ? outcome : `${outcome}: ${detail}`) },
  { title: 'AFTER', text: ({ milliseconds }) => duration(milliseconds), align: 'right' },
]

/** A table, and below it what commands wrote. Empty when nobody was told. */
export function hooksText(records: readonly HookRecord[], look: Look): string {
  if (records.length === 0) return ''
  const outputs = records
    .filter(({ output }) => output !== '')
    .map(({ event, child, hook, output }) =>
      [
        look.paint('dim', printable(`${event}${child && ` in ${child}`}: ${hook}`)),
        ...output
          .trimEnd()
          .split('\n')
          .map((line) => `  ${printable(line)}`),
      ].join('\n'),
    )
  return `\n\n${[table(records, columns, look), ...outputs].join('\n\n')}`
}

/** One line about one that failed. */
export function hookFailure(record: HookRecord): string {
  const { event, child, group, hook, outcome, detail } = record
  const of = group === '' ? '' : ` of group ${group}`
  const said = lastLines(record).at(-1)
  return `${event}${of}${child && ` in ${child}`}: ${hook}: ${detail || outcome}${said === undefined ? '' : `: ${said}`}`
}
