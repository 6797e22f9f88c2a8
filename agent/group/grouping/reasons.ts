/** Why two groups may not be parted. Pure. */
import type { Bond, Edge } from '../../../proto/generated/messages.ts'

/**
 * The reasons of the fewest bonds that lead from one group to the other: a third group that must stay with both
 * keeps these together too. Empty when the two may run in different machines.
 */
export function reasonsAgainstParting(bonds: readonly Bond[], group: string, other: string): Edge[] {
  const reached = new Map<string, { from: string; bond: Bond } | undefined>([[group, undefined]])
  for (const current of reached.keys()) {
    for (const bond of bonds) {
      const next = bond.group === current ? bond.other : bond.other === current ? bond.group : undefined
      if (next !== undefined && !reached.has(next)) reached.set(next, { from: current, bond })
    }
  }
  const reasons: Edge[][] = []
  for (let step = reached.get(other); step !== undefined; step = reached.get(step.from)) {
    reasons.unshift(step.bond.reasons)
  }
  return reasons.flat()
}
