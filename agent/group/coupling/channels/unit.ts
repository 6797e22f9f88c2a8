/** The same systemd unit, of the system or of a user's own systemd. */
import { Channel, type Process } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { printable } from '../printable.ts'
import { createTies, type Tie } from '../ties.ts'
import { systemUnitOf } from '../units.ts'

export function coupleByUnit({ processes }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_UNIT)
  const members = new Map<string, Process[]>()
  for (const { process, userUnit } of processes) {
    const unit = userUnit === '' ? systemUnitOf(process) : `${userUnit} of ${process.unit}`
    if (unit === '') continue
    const known = members.get(unit)
    if (known === undefined) members.set(unit, [process])
    else known.push(process)
  }
  for (const [unit, holders] of members) ties.add(holders, `unit ${printable(unit)}`)
  return ties.list()
}
