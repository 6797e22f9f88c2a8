/** Measures and writes bench-results/NAME.{json,md,svg}, and NAME-CURVES.svg. Its argument is NAME. */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { type Curves, curvesToSvg } from './curves.ts'
import { toMarkdown } from './markdown.ts'
import { toSvg } from './plot.ts'
import type { Row } from './row.ts'

export interface Measured {
  rows: Row[]
  curves: Curves[]
}

/** Each takes minutes; progress goes to `say`. */
export type Benchmark = (say: (line: string) => void) => Promise<Row[] | Measured>

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  split: async () => (await import('./split.ts')).measureSplit,
  silence: async () => (await import('./silence.ts')).measureSilence,
  merge: async () => (await import('./merge.ts')).measureMerge,
  agent: async () => (await import('./agent.ts')).measureAgent,
  proxy: async () => (await import('./proxy.ts')).measureProxy,
  dns: async () => (await import('./dns.ts')).measureDns,
}

const folder = 'bench-results'
const name = process.argv[2] ?? ''
const measure = await benchmarks[name]?.()
if (measure === undefined) throw new RangeError(`there is no benchmark ${name}`)

const measured = await measure((line) => process.stderr.write(`${line}\n`))
const { rows, curves } = Array.isArray(measured) ? { rows: measured, curves: [] } : measured
const gibibytes = Math.round(totalmem() / 2 ** 30)
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${gibibytes} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`
const markdown = toMarkdown(name, machine, rows)
await mkdir(folder, { recursive: true })
await writeFile(`${folder}/${name}.json`, `${JSON.stringify({ machine, rows }, null, 2)}\n`)
await writeFile(`${folder}/${name}.md`, markdown)
await writeFile(`${folder}/${name}.svg`, toSvg(`${name}: Cleave beside its peers`, rows))
for (const one of curves) await writeFile(`${folder}/${name}-${one.name}.svg`, curvesToSvg(one))
process.stdout.write(`${markdown}\nWritten to ${folder}/${name}.{json,md,svg}\n`)
