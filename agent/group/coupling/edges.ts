/** Edges between processes, from what ties them. Pure. */
import type { Edge, Process } from '../../../proto/generated/messages.ts'
import { createUnion } from '../union.ts'
import type { Tie } from './ties.ts'

/** The most edges that a listing has, as agent.proto promises. */
export const mostEdges = 10_000

interface Found {
  from: Process
  to: Process
  tie: Tie
  evidence: Set<string>
  /** It joined two sets of processes that nothing before it had joined. */
  isSpanning: boolean
}

/**
 * One edge for each pair of processes and channel. All holders of an object are joined to the first of them, because
 * one edge for every pair would be their square. Of more than {@link mostEdges} those are kept first that it takes to
 * see who is joined to whom.
 *
 * @param note what to add to the evidence
 */
export function edgesOf(
  ties: readonly Tie[],
  note: (from: Process, to: Process) => string = () => '',
): Edge[] {
  const found = new Map<string, Found>()
  const union = createUnion()
  for (const tie of ties) {
    const [from, ...others] = tie.holders
    if (from === undefined) continue
    for (const to of others) {
      const pids = [pidOf(from), pidOf(to)].sort((one, other) => one - other)
      const key = `${tie.channel} ${pids.join(' ')}`
      const known = found.get(key)
      if (known !== undefined) known.evidence.add(tie.evidence)
      else {
        const isSpanning = union.join(pidOf(from), pidOf(to))
        found.set(key, { from, to, tie, evidence: new Set([tie.evidence]), isSpanning })
      }
    }
  }
  return select([...found.values()]).map((one) => toEdge(one, note(one.from, one.to)))
}

function select(found: readonly Found[]): readonly Found[] {
  if (found.length <= mostEdges) return found
  const ranked = [
    ...found.filter(({ isSpanning }) => isSpanning),
    ...found.filter(({ isSpanning }) => !isSpanning),
  ]
  const kept = new Set(ranked.slice(0, mostEdges))
  return found.filter((one) => kept.has(one))
}

function toEdge({ from, to, tie, evidence }: Found, note: string): Edge {
  const more = evidence.size === 1 ? '' : ` and ${evidence.size - 1} more`
  return { from: from.id, to: to.id, channel: tie.channel, evidence: `${tie.evidence}${more}${note}` }
}

export function pidOf({ id }: Process): number {
  return id?.pid ?? 0
}
