/** Which groups must stay together, and why. Pure. */
import type { Bond, Edge } from '../../../proto/generated/messages.ts'
import type { Tie } from '../coupling/ties.ts'
import { edgeOf, type Member, type Membership, pathTo } from './membership.ts'

/** Enough reasons to act on, few enough to read. */
const mostReasons = 20

interface Crossing {
  tie: Tie
  from: Member
  to: Member
}

/**
 * A bond for each two groups that hold one object together. Its reasons begin with the shortest way from one group
 * to the other.
 *
 * @param mayBeCut says of two groups whether it is known that they are coupled, and may be parted all the same
 */
export function bondsOf(
  ties: readonly Tie[],
  membership: Membership,
  mayBeCut: (group: string, other: string) => boolean,
): Bond[] {
  const crossings = new Map<string, Crossing[]>()
  for (const tie of ties) {
    for (const crossing of crossingsOf(tie, membership)) {
      if (mayBeCut(crossing.from.group, crossing.to.group)) continue
      const key = `${crossing.from.group} ${crossing.to.group}`
      const known = crossings.get(key)
      if (known === undefined) crossings.set(key, [crossing])
      else known.push(crossing)
    }
  }
  return [...crossings.values()].flatMap(bondOf)
}

/** For each two groups among the holders, those members that are nearest to what their groups were declared with. */
function crossingsOf(tie: Tie, membership: Membership): Crossing[] {
  const nearest = new Map<string, Member>()
  for (const { id } of tie.holders) {
    const member = membership.get(id?.pid ?? 0)
    if (member === undefined) continue
    const known = nearest.get(member.group)
    if (known === undefined || member.distance < known.distance) nearest.set(member.group, member)
  }
  if (nearest.size < 2) return []
  const members = [...nearest.values()].sort((one, other) => (one.group < other.group ? -1 : 1))
  return members.flatMap((from, index) => members.slice(index + 1).map((to) => ({ tie, from, to })))
}

function bondOf(crossings: readonly Crossing[]): Bond[] {
  const [first, ...others] = crossings.toSorted((one, other) => lengthOf(one) - lengthOf(other))
  if (first === undefined) return []
  const { tie, from, to } = first
  const way = [...pathTo(from), edgeOf(tie, from.process, to.process), ...pathTo(to).reverse()]
  const more = others.map((crossing) => edgeOf(crossing.tie, crossing.from.process, crossing.to.process))
  return [{ group: from.group, other: to.group, reasons: distinct([...way, ...more]).slice(0, mostReasons) }]
}

function lengthOf({ from, to }: Crossing): number {
  return from.distance + to.distance
}

function distinct(edges: readonly Edge[]): Edge[] {
  const byText = new Map(edges.map((edge) => [JSON.stringify(edge), edge]))
  return [...byText.values()]
}
