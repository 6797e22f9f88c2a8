/** Which group every process of the workload belongs to. Pure. */
import type { Edge, Process } from '../../../proto/generated/messages.ts'
import type { Tie } from '../coupling/ties.ts'

/** Why a process is in a group. */
export interface Member {
  process: Process
  group: string
  /** How many ties lead to it from a process that the group itself was declared with. */
  distance: number
  /** The last of these ties and the process before it. */
  reachedBy?: { tie: Tie; from: Member }
}

/** By pid. */
export type Membership = ReadonlyMap<number, Member>

/** The ties of each process, by pid. */
export type TiesByProcess = ReadonlyMap<number, readonly Tie[]>

export function tiesByProcess(ties: readonly Tie[]): TiesByProcess {
  const byProcess = new Map<number, Tie[]>()
  for (const tie of ties) {
    for (const { id } of tie.holders) {
      const known = byProcess.get(id?.pid ?? 0)
      if (known === undefined) byProcess.set(id?.pid ?? 0, [tie])
      else known.push(tie)
    }
  }
  return byProcess
}

/**
 * Starts with the members given and adds every process that is tied to them, directly or through others, to the
 * group that is fewest ties away; of those that are equally far, to the one that comes first.
 *
 * @param mayJoin says of a group whether it may have a process that is tied to it. @default every group may
 */
export function spread(
  first: readonly Member[],
  ties: TiesByProcess,
  mayJoin: (group: string, process: Process) => boolean = () => true,
): Map<number, Member> {
  const members = new Map(first.map((member) => [member.process.id?.pid ?? 0, member]))
  const passed = new Set<Tie>()
  const queue = [...first]
  for (const member of queue) {
    for (const tie of ties.get(member.process.id?.pid ?? 0) ?? []) {
      // All its holders were reached when it was first met, unless some could not join who met it.
      if (passed.has(tie)) continue
      passed.add(tie)
      for (const process of tie.holders) {
        const pid = process.id?.pid ?? 0
        if (members.has(pid)) continue
        const { group, distance } = member
        if (!mayJoin(group, process)) {
          passed.delete(tie)
          continue
        }
        const next = { process, group, distance: distance + 1, reachedBy: { tie, from: member } }
        members.set(pid, next)
        queue.push(next)
      }
    }
  }
  return members
}

/** The edges from the process that the group was declared with to this member. */
export function pathTo(member: Member): Edge[] {
  const { reachedBy, process } = member
  if (reachedBy === undefined) return []
  const { tie, from } = reachedBy
  return [...pathTo(from), edgeOf(tie, from.process, process)]
}

export function edgeOf({ channel, evidence }: Tie, from: Process, to: Process): Edge {
  return { from: from.id, to: to.id, channel, evidence }
}
