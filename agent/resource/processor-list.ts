/** Which processors to use. Pure. */

/** More than the kernel of Debian is built for. */
const mostProcessors = 8192

/** A list of the kernel's, such as `0-3,5` (cpuset(7)). What is none of it is left out. */
export function parseProcessorList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .flatMap((part) => {
      const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? []
      const from = Number(first)
      const count = Math.min(mostProcessors, Number(last) - from + 1)
      return count > 0 ? Array.from({ length: count }, (_, index) => from + index) : []
    })
}

export interface ProcessorChange {
  /** In the order in which to do it. */
  wake: number[]
  rest: number[]
}

/**
 * What makes `count` processors run: those with the lowest numbers, of which the first always does.
 *
 * @param state.present at least `count` of them
 */
export function chooseProcessors(
  state: { present: readonly number[]; online: readonly number[] },
  count: number,
): ProcessorChange {
  const { present, online } = state
  const runs = new Set(online)
  const wanted = new Set(present.toSorted((one, other) => one - other).slice(0, count))
  return {
    wake: [...wanted].filter((processor) => !runs.has(processor)),
    rest: online.filter((processor) => !wanted.has(processor)).toSorted((one, other) => other - one),
  }
}
