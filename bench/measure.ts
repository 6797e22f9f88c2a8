/** Measures and writes bench-results/NAME.{json,md,svg}. Its argument is NAME. */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { toMarkdown } from './markdown.ts'
import { toSvg } from './plot.ts'
import type { Row } from './row.ts'

/** Each takes minutes; progress goes to `say`. */
export type Benchmark = (say: (line: string) => void) => Promise<Row[]>

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  split: async () => (await import('./split.ts')).measureSplit,
  silence: async () => (await import('./silence.ts')).measureSilence,
  merge: async () => (await import('./merge.ts')).measureMerge,
  agent: async () => (await import('./agent.ts')).measureAgent,
}

const folder = 'bench-results'
const name = process.argv[2] ?? ''
const measure = await benchmarks[name]?.()
if (measure === undefined) throw new RangeError(`there is no benchmark ${name}`)

const rows = await measure((line) => process.stderr.write(`${line}\n`))
const gibibytes = Math.round(totalmem() / 2 ** 30)
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${gibibytes} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`
const markdown = toMarkdown(name, machine, rows)
await mkdir(folder, { recursive: true })
await writeFile(`${folder}/${name}.json`, `${JSON.stringify({ machine, rows }, null, 2)}\n`)
await writeFile(`${folder}/${name}.md`, markdown)
await writeFile(`${folder}/${name}.svg`, toSvg(`${name}: Cleave beside its peers`, rows))
process.stdout.write(`${markdown}\nWritten to ${folder}/${name}.{json,md,svg}\n`)
