/** Routes as a table: a line for each, and for each of its publishers. Pure. */
import type { PublisherDocument, RouteDocument, RoutesDocument } from '../documents/routes.ts'
import type { Look, Style } from './look.ts'
import { printable } from './printable.ts'
import { type Column, table } from './table.ts'

interface Row {
  route: RouteDocument
  publisher: PublisherDocument | undefined
}

const styles: Partial<Record<string, Style>> = {
  held: 'yellow',
  differs: 'red',
  missing: 'red',
  unreachable: 'red',
}

const columns: readonly Column<Row>[] = [
  { title: 'ROUTE', text: ({ route }) => route.name },
  { title: 'GROUP', text: ({ route }) => route.group },
  { title: 'PUBLISHER', text: ({ publisher }) => publisher?.publisher ?? '' },
  {
    title: 'STATE',
    text: ({ publisher }) => publisher?.state ?? 'unpublished',
    style: ({ publisher }) => styles[publisher?.state ?? ''],
  },
  { title: 'CLIENTS', text: ({ publisher }) => count(publisher?.connections), align: 'right' },
  { title: 'WAITING', text: ({ publisher }) => count(publisher?.waiting), align: 'right' },
  { title: 'SERVED', text: ({ publisher }) => count(publisher?.served), align: 'right' },
  { title: 'FAILED', text: ({ publisher }) => count(publisher?.failed), align: 'right' },
  { title: 'LEADS TO', text: ({ route }) => route.backends.map(backendText).join(', '), cut: true },
]

export function routesTable({ routes }: RoutesDocument, look: Look): string {
  const rows = routes.flatMap((route): Row[] => {
    const publishers = route.publishers.length > 0 ? route.publishers : [undefined]
    return publishers.map((publisher) => ({ route, publisher }))
  })
  const problems = routes.flatMap(({ name, publishers }) =>
    publishers.flatMap(({ publisher, error }) =>
      error ? [`${name} at ${publisher}: ${error.message}`] : [],
    ),
  )
  return [table(rows, columns, look), ...problems.map((line) => look.paint('yellow', printable(line)))].join(
    '\n',
  )
}

/** Such as `front (10.77.0.80:80)`. */
export function backendText({
  address,
  port,
  machine,
}: {
  address: string
  port: number
  machine: string
}): string {
  return `${machine} (${address.includes(':') ? `[${address}]` : address}:${port})`
}

const count = (value: number | null | undefined) => (value == null ? '' : String(value))
