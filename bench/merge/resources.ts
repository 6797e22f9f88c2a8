/** Processors and memory that a guest gets while it runs, until it can use them. */
import { type Row, row } from '../row.ts'
import type { MovingHost } from './moving-host.ts'

const rounds = 5
const moreMiB = 512

export async function measureResources(moving: MovingHost, say: (line: string) => void): Promise<Row[]> {
  const { from } = moving.machines()
  const { cpus, memoryMiB } = from.record()
  const measured = {
    cpuUp: [] as number[],
    cpuDown: [] as number[],
    memoryUp: [] as number[],
    memoryDown: [] as number[],
  }
  // Processors that were plugged in stay, and rest: so up to the last, and then down again, one at a time.
  for (let round = 1; round <= rounds; round++) {
    say(`processors and memory, round ${round} of ${rounds}`)
    measured.cpuUp.push(await timed(async () => (await from.resize({ cpus: cpus + round })).wait()))
    measured.memoryUp.push(
      await timed(async () => (await from.resize({ memoryMiB: memoryMiB + moreMiB })).wait()),
    )
    measured.memoryDown.push(await timed(async () => (await from.resize({ memoryMiB })).wait()))
  }
  for (let left = rounds - 1; left >= 0; left--)
    measured.cpuDown.push(await timed(async () => (await from.resize({ cpus: cpus + left })).wait()))
  const under = { text: 'under 0.5 s', met: (value: number) => value < 500 }
  return [
    row({ what: 'one processor more', unit: 'ms', values: measured.cpuUp, peer: thesis(2588), aim: under }),
    row({ what: 'one processor less', unit: 'ms', values: measured.cpuDown }),
    row({
      what: `${moreMiB} MiB more`,
      unit: 'ms',
      values: measured.memoryUp,
      peer: thesis(3110),
      aim: under,
    }),
    row({ what: `${moreMiB} MiB less`, unit: 'ms', values: measured.memoryDown }),
  ]
}

/** What Goldszmidt measured on ESXi (thesis, figures 3.9 and 3.10). */
const thesis = (milliseconds: number) => ({ name: 'thesis', values: [milliseconds] })

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now()
  await work()
  return performance.now() - begunAt
}
