/** In which order mounts come off, and go on. Pure. */
import { isWithin, type Mount, mountTree } from './mount-table.ts'

/**
 * What has to come off for a file system to be free: its mounts, and whatever is mounted within them, whatever it is.
 *
 * @returns one list for each tree of mounts. Within one the deepest and latest come first, and each comes before what it is
 * mounted on; lists have nothing to do with each other
 */
export function unmountOrder(table: readonly Mount[], isWanted: (mount: Mount) => boolean): Mount[][] {
  const tree = mountTree(table)
  const below = (top: Mount): Mount[] => {
    const found = new Set([top])
    for (const mount of found) for (const next of tree.onto(mount)) found.add(next)
    return [...found]
  }
  const trees = table.filter(isWanted).map(below)
  const nested = new Set(trees.flatMap((mounts) => mounts.slice(1)))
  return trees.filter(([top]) => top !== undefined && !nested.has(top)).map((mounts) => mounts.toReversed())
}

/** Of the places, the nearest one that another is within: that has to be mounted first. */
export function placeAbove(place: string, places: readonly string[]): string | undefined {
  return places
    .filter((other) => other !== place && isWithin(place, other))
    .reduce<string | undefined>(
      (best, other) => (best !== undefined && best.length >= other.length ? best : other),
      undefined,
    )
}
