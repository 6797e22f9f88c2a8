/** Building edges, one for each pair of processes and channel. Pure. */
import type { Channel, Edge, Process } from '../../../proto/generated/messages.ts'

export interface Edges {
  /** Does nothing for a process and itself. The first evidence for a pair is told, further ones are counted. */
  add(from: Process, to: Process, evidence: string): void
  /**
   * Joins all that hold one object to the first of them: as many edges as holders, where one for every pair would
   * be their square.
   */
  addAll(holders: readonly Process[], evidence: string): void
  /** In the order in which they were added. */
  list(): Edge[]
}

// Pids are below 2^22, so that two of them fit a number exactly.
const pidRange = 2 ** 22

export function createEdges(channel: Channel): Edges {
  const found = new Map<number, { edge: Edge; evidence: Set<string> }>()

  const add = (from: Process, to: Process, evidence: string) => {
    const [one, other] = [from.id?.pid ?? 0, to.id?.pid ?? 0]
    if (one === other) return
    const key = Math.min(one, other) * pidRange + Math.max(one, other)
    const known = found.get(key)
    if (known !== undefined) known.evidence.add(evidence)
    else
      found.set(key, { edge: { from: from.id, to: to.id, channel, evidence }, evidence: new Set([evidence]) })
  }

  return {
    add,
    addAll([first, ...others], evidence) {
      if (first === undefined) return
      for (const other of others) add(first, other, evidence)
    },
    list: () =>
      [...found.values()].map(({ edge, evidence }) =>
        evidence.size === 1 ? edge : { ...edge, evidence: `${edge.evidence} and ${evidence.size - 1} more` },
      ),
  }
}
