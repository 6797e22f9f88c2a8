/** Parent and child in one session. */
import { Channel, type Edge } from '../../../../proto/generated/messages.ts'
import { createEdges } from '../edges.ts'
import type { CouplingFacts } from '../facts.ts'
import { printable } from '../printable.ts'

export function coupleBySession({ processes }: CouplingFacts): Edge[] {
  const edges = createEdges(Channel.CHANNEL_SESSION)
  const byPid = new Map(processes.map(({ process }) => [process.id?.pid, process]))
  for (const { process } of processes) {
    const parent = byPid.get(process.parentPid)
    if (parent === undefined || process.sessionId === 0 || parent.sessionId !== process.sessionId) continue
    edges.add(parent, process, `session ${process.sessionId}, started by ${printable(parent.name)}`)
  }
  return edges.list()
}
