/** A benchmark as an SVG: a bar for each row, the peer's below it, on a logarithmic scale for each unit. Pure. */
import type { Row } from './row.ts'

const width = 900
const labelWidth = 330
const barHeight = 12
const rowHeight = 38
const colours = { ours: '#2563eb', peer: '#a8a29e', text: '#1c1917', line: '#e7e5e4' }

export function toSvg(title: string, rows: readonly Row[]): string {
  const units = [...Map.groupBy(rows, (row) => row.unit)]
  const parts: string[] = []
  let top = 50
  for (const [unit, sameUnit] of units) {
    const scale = logarithmicScale(sameUnit.flatMap((row) => [row.value, row.peerValue ?? row.value]))
    parts.push(text(10, top, `in ${unit}, logarithmic`, 'font-style="italic"'))
    parts.push(...scale.ticks.map((tick) => gridLine(scale.at(tick), top, sameUnit.length, tick)))
    top += 24
    for (const row of sameUnit) {
      parts.push(text(10, top + 15, row.what))
      parts.push(bar(top, scale.at(row.value), colours.ours, `${row.value}`))
      if (row.peerValue !== null) {
        parts.push(
          bar(top + barHeight + 2, scale.at(row.peerValue), colours.peer, `${row.peerValue} ${row.peer}`),
        )
      }
      top += rowHeight
    }
    top += 20
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" font-family="sans-serif" font-size="12" fill="${colours.text}">`,
    `<rect width="${width}" height="${top}" fill="white"/>`,
    text(10, 26, title, 'font-size="17" font-weight="bold"'),
    ...parts,
    '</svg>\n',
  ].join('\n')
}

interface Scale {
  ticks: number[]
  /** From 0 at the axis to the width of the longest bar. */
  at(value: number): number
}

/** From the power of ten below the smallest value, so that every bar can be seen. */
function logarithmicScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0)
  const low = Math.floor(Math.log10(Math.min(...positive, 1e9) * 0.9))
  const high = Math.max(Math.ceil(Math.log10(Math.max(...positive, 1e-9))), low + 1)
  const room = width - labelWidth - 190
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    at: (value) => (value <= 0 ? 0 : Math.max(1, ((Math.log10(value) - low) / (high - low)) * room)),
  }
}

function gridLine(x: number, top: number, count: number, tick: number): string {
  const left = labelWidth + x
  const bottom = top + 24 + count * rowHeight
  const label = Number(tick.toPrecision(1))
  return `<line x1="${left}" y1="${top + 8}" x2="${left}" y2="${bottom}" stroke="${colours.line}"/>${text(left + 2, top + 4, String(label), 'font-size="10"')}`
}

function bar(top: number, length: number, colour: string, label: string): string {
  return (
    `<rect x="${labelWidth}" y="${top + 4}" width="${length.toFixed(1)}" height="${barHeight}" fill="${colour}"/>` +
    text(labelWidth + length + 6, top + 14, label, 'font-size="11"')
  )
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escapeXml(content)}</text>`
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
