/** How often, and how soon, a connection that lost its backend is joined to another. Pure but for its memory. */

export interface Rejoining {
  /**
   * @param heard bytes that backends have said so far: one that speaks is one that works
   * @returns milliseconds to wait before the next attempt, -1 for none any more
   */
  next(heard: number): number
}

// Together some ten seconds: a backend that ends each connection at once is no backend.
const delaysMs = [0, 50, 100, 200, 500, 1000, 2000, 3000, 3000]

export function createRejoining(): Rejoining {
  let attempts = 0
  let heardBefore = -1
  return {
    next: (heard) => {
      if (heard > heardBefore) attempts = 0
      heardBefore = heard
      return delaysMs[attempts++] ?? -1
    },
  }
}
