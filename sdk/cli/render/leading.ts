/** Where clients would be led after a split or a merge, as tables. Pure. */
import type { LeadingDocument } from '../documents/routes.ts'
import type { Look } from './look.ts'
import { backendText } from './routes-table.ts'
import { type Column, table } from './table.ts'
import { duration } from './units.ts'

type Backends = LeadingDocument['routes'][number]['before']

const routeColumns: readonly Column<LeadingDocument['routes'][number]>[] = [
  { title: 'ROUTE', text: ({ name }) => name },
  { title: 'PUBLISHERS', text: ({ publishers }) => publishers.join(', ') || '-' },
  { title: 'DRAIN', text: ({ drainMilliseconds }) => duration(drainMilliseconds), align: 'right' },
  { title: 'HELD UNTIL', text: ({ restarts }) => (restarts ? 'its group serves' : 'its group goes on') },
  { title: 'LEADS FROM', text: ({ before }) => backendsText(before) },
  { title: 'TO', text: ({ after }) => backendsText(after) },
]

const addressColumns: readonly Column<LeadingDocument['addresses'][number]>[] = [
  { title: 'ADDRESS', text: ({ address }) => address },
  { title: 'GROUP', text: ({ group }) => group },
  { title: 'MOVES FROM', text: ({ from }) => from },
  { title: 'TO', text: ({ to }) => to },
]

/** Each with an empty line before it; nothing where nobody is led elsewhere. */
export function leadingTables({ routes, addresses }: LeadingDocument, look: Look): string[] {
  return [
    ...(routes.length > 0 ? ['', table(routes, routeColumns, look)] : []),
    ...(addresses.length > 0 ? ['', table(addresses, addressColumns, look)] : []),
  ]
}

const backendsText = (backends: Backends) => backends.map(backendText).join(', ') || '-'
