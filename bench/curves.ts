/** Figures over a number, such as milliseconds over disks, as an SVG with linear scales from zero. Pure. */

export interface Curves {
  /** Also the end of the file's name. */
  name: string
  title: string
  /** What is counted on the horizontal axis. */
  horizontal: string
  unit: string
  series: { name: string; points: readonly (readonly [x: number, y: number])[] }[]
}

const width = 640
const height = 400
const left = 70
const bottom = 350
const right = 460
const top = 50
const colours = ['#2563eb', '#a8a29e', '#059669', '#d97706']

export function curvesToSvg({ title, horizontal, unit, series }: Curves): string {
  const points = series.flatMap((one) => one.points)
  const mostX = Math.max(1, ...points.map(([x]) => x))
  const mostY = roundUp(Math.max(1, ...points.map(([, y]) => y)))
  const at = ([x, y]: readonly [number, number]) =>
    `${(left + (x / mostX) * (right - left)).toFixed(1)},${(bottom - (y / mostY) * (bottom - top)).toFixed(1)}`
  const lines = series.map(({ name, points: own }, index) => {
    const colour = colours[index % colours.length]
    const dots = own.map((point) => {
      const [x, y] = at(point).split(',')
      return `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`
    })
    const label = text(right + 20, top + 20 + index * 20, name, `fill="${colour}"`)
    return `<polyline points="${own.map(at).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}${label}`
  })
  const ticksX = [...new Set(points.map(([x]) => x))].map((x) => {
    const [place = ''] = at([x, 0]).split(',')
    return text(Number(place), bottom + 16, String(x), 'text-anchor="middle"')
  })
  const ticksY = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const [, place = ''] = at([0, part * mostY]).split(',')
    return (
      `<line x1="${left}" y1="${place}" x2="${right}" y2="${place}" stroke="#e7e5e4"/>` +
      text(left - 8, Number(place) + 4, String(part * mostY), 'text-anchor="end"')
    )
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#1c1917">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(10, 26, `${title}, in ${unit}`, 'font-size="16" font-weight="bold"'),
    ...ticksY,
    ...ticksX,
    text((left + right) / 2, bottom + 36, horizontal, 'text-anchor="middle"'),
    ...lines,
    '</svg>\n',
  ].join('\n')
}

/** To one, two or five times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((times) => times * power).find((round) => round >= value) ?? value
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`
}
