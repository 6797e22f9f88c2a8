/** A benchmark as a Markdown table. Pure. */
import type { Row } from './row.ts'

export function toMarkdown(name: string, machine: string, rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const runs = `${row.spread[0]} – ${row.spread[1]} (${row.runs})`
    const peer = row.peerValue === null ? row.peer : `${row.peerValue} ${row.unit} (${row.peer})`
    const met = row.met === null ? '' : row.met ? 'yes' : '**no**'
    const cells = [row.what, `${row.value} ${row.unit}`, runs, peer, row.ratio ?? '', row.aim, met]
    return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  })
  return [
    `## ${name}`,
    '',
    machine,
    '',
    '| what | median | smallest – largest (runs) | peer | ratio | aim | met |',
    '|---|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}
