/** How a split makes its children (docs/split.md). Pure. */

export const ways = ['fork', 'suspend', 'delta', 'full'] as const

/**
 * Stateful: children go on from the parent's memory. `fork`: they map it copy-on-write; `suspend`: it goes into a state file,
 * which each of them loads into memory of its own.
 *
 * Stateless: memory is discarded, children boot. `delta`: on an overlay of the parent's disk; `full`: on a copy of it
 * that needs no other image.
 */
export type Way = (typeof ways)[number]

export function isStateful(way: Way): boolean {
  return way === 'fork' || way === 'suspend'
}
