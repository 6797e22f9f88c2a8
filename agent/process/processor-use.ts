/** How many processors a process uses. Pure. */
import { ticksPerSecond } from './stat.ts'

export interface ProcessorUse {
  /** Processor time when it was measured. */
  cpuTicks: number
  /** When that was, milliseconds on a clock that only goes forward. */
  at: number
  /** Processors used up to then: 1 is one whole. */
  cores: number
}

// The kernel counts in ticks of 10 ms: over a shorter time they would say little.
const shortestMeasure = 500
const shortestLife = 1000 / ticksPerSecond

/**
 * Measures from the last time to now, or answers the last measure when that was only just taken.
 *
 * @param options.last undefined when the process is seen for the first time: then since its start
 * @param options.age milliseconds since its start
 */
export function measureUse(options: {
  last: ProcessorUse | undefined
  cpuTicks: number
  at: number
  age: number
}): ProcessorUse {
  const { last, cpuTicks, at, age } = options
  if (last !== undefined && at - last.at < shortestMeasure) return last
  const span = last === undefined ? Math.max(age, shortestLife) : at - last.at
  const used = Math.max(0, cpuTicks - (last?.cpuTicks ?? 0))
  return { cpuTicks, at, cores: (used * 1000) / ticksPerSecond / span }
}
