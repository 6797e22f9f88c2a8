/** One traces the other. */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { printable } from '../printable.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleByPtrace({ processes }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_PTRACE)
  const byPid = new Map(processes.map(({ process }) => [process.id?.pid, process]))
  for (const { process, tracerPid } of processes) {
    const tracer = byPid.get(tracerPid)
    if (tracer !== undefined) ties.add([tracer, process], `${printable(tracer.name)} traces it`)
  }
  return ties.list()
}
