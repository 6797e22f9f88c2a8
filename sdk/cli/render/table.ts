/** Tables of text. Pure. */
import type { Look, Style } from './look.ts'
import { printable } from './printable.ts'
import { fit, textWidth } from './text-width.ts'

export interface Column<Row> {
  title: string
  text(row: Row): string
  /** @default 'left' */
  align?: 'left' | 'right'
  /** For a last column: may lose its end where the line would be longer than the terminal. @default false */
  cut?: boolean
  style?(row: Row): Style | undefined
}

const gap = '  '
/** Nothing is cut below this: better a long line than a word without meaning. */
const narrowest = 10

/** Draws a table with a line of titles. Every cell is made printable. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], look: Look): string {
  const texts = rows.map((row) => columns.map((column) => printable(column.text(row))))
  const widths = columns.map((column, index) =>
    Math.max(textWidth(column.title), ...texts.map((cells) => textWidth(cells[index] ?? ''))),
  )
  const last = widths.length - 1
  if (columns[last]?.cut && look.columns !== undefined) {
    const before = widths.slice(0, last).reduce((total, width) => total + width + gap.length, 0)
    widths[last] = Math.min(widths[last] ?? 0, Math.max(narrowest, look.columns - before))
  }
  const line = (cells: readonly string[], style: (column: Column<Row>) => Style | undefined) =>
    columns
      .map((column, index) => {
        const width = widths[index] ?? 0
        const text = index === last ? fit(cells[index] ?? '', width) : (cells[index] ?? '')
        const padding = ' '.repeat(Math.max(0, width - textWidth(text)))
        const chosen = style(column)
        const painted = chosen ? look.paint(chosen, text) : text
        if (column.align === 'right') return padding + painted
        return index === last ? painted : painted + padding
      })
      .join(gap)
      .trimEnd()
  const titles = line(
    columns.map((column) => column.title),
    () => 'bold',
  )
  const body = rows.map((row, index) => line(texts[index] ?? [], (column) => column.style?.(row)))
  return [titles, ...body].join('\n')
}

/** Draws pairs of a name and a value, one on each line. */
export function pairs(entries: readonly (readonly [name: string, value: string])[], look: Look): string {
  const width = Math.max(0, ...entries.map(([name]) => textWidth(name)))
  return entries
    .map(([name, value]) => {
      const padding = ' '.repeat(width - textWidth(name))
      return `${look.paint('dim', name)}${padding}${gap}${printable(value)}`
    })
    .join('\n')
}
