/** The same systemd unit, of the system or of a user's own systemd. */
import { Channel, type Edge, type Process } from '../../../../proto/generated/messages.ts'
import { createEdges } from '../edges.ts'
import type { CouplingFacts } from '../facts.ts'
import { printable } from '../printable.ts'
import { systemUnitOf } from '../units.ts'

export function coupleByUnit({ processes }: CouplingFacts): Edge[] {
  const edges = createEdges(Channel.CHANNEL_UNIT)
  const members = new Map<string, Process[]>()
  for (const { process, userUnit } of processes) {
    const unit = userUnit === '' ? systemUnitOf(process) : `${userUnit} of ${process.unit}`
    if (unit === '') continue
    const known = members.get(unit)
    if (known === undefined) members.set(unit, [process])
    else known.push(process)
  }
  for (const [unit, holders] of members) edges.addAll(holders, `unit ${printable(unit)}`)
  return edges.list()
}
