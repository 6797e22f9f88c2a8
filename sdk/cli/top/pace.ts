/** How often a look may be taken that costs something. Pure. */

export interface Pace {
  /** The part of all time that looking may take, from 0 to 1. */
  share: number
  /** How old what was seen may become, whatever a look costs, in milliseconds. */
  longestMs: number
}

/** When to look the next time: milliseconds on the clock of `at`, which is when the last look began. */
export function nextLook({ share, longestMs }: Pace, last: { at: number; tookMs: number }): number {
  return last.at + Math.min(longestMs, last.tookMs / share)
}
