/** Which of many things are joined, directly or through others. Pure. */

export interface Union {
  /** False when they were joined already. */
  join(one: number, other: number): boolean
  /** The same for all that are joined to each other. */
  find(one: number): number
}

export function createUnion(): Union {
  const parents = new Map<number, number>()

  const find = (one: number): number => {
    let root = one
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next
    // Leads everything on the way straight to the root, so that the next search is short.
    for (let current = one; current !== root; ) {
      const next = parents.get(current) ?? root
      parents.set(current, root)
      current = next
    }
    return root
  }

  return {
    find,
    join(one, other) {
      const [first, second] = [find(one), find(other)]
      if (first === second) return false
      parents.set(Math.max(first, second), Math.min(first, second))
      return true
    },
  }
}
