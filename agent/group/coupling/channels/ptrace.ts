/** One traces the other. */
import { Channel, type Edge } from '../../../../proto/generated/messages.ts'
import { createEdges } from '../edges.ts'
import type { CouplingFacts } from '../facts.ts'
import { printable } from '../printable.ts'

export function coupleByPtrace({ processes }: CouplingFacts): Edge[] {
  const edges = createEdges(Channel.CHANNEL_PTRACE)
  const byPid = new Map(processes.map(({ process }) => [process.id?.pid, process]))
  for (const { process, tracerPid } of processes) {
    const tracer = byPid.get(tracerPid)
    if (tracer !== undefined) edges.add(tracer, process, `${printable(tracer.name)} traces it`)
  }
  return edges.list()
}
