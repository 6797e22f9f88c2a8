/** What is thought of a backend after another look. Pure. */

export interface Verdict {
  up: boolean
  /** How many looks in a row said otherwise. */
  differing: number
}

/** @param threshold how many in a row change the verdict */
export function judge({ up, differing }: Verdict, isWell: boolean, threshold: number): Verdict {
  if (isWell === up) return { up, differing: 0 }
  return differing + 1 >= threshold ? { up: isWell, differing: 0 } : { up, differing: differing + 1 }
}
