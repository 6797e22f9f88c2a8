/** Parent and child in one session. */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { printable } from '../printable.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleBySession({ processes }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_SESSION)
  const byPid = new Map(processes.map(({ process }) => [process.id?.pid, process]))
  for (const { process } of processes) {
    const parent = byPid.get(process.parentPid)
    if (parent === undefined || process.sessionId === 0 || parent.sessionId !== process.sessionId) continue
    ties.add([parent, process], `session ${process.sessionId}, started by ${printable(parent.name)}`)
  }
  return ties.list()
}
