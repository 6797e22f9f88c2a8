/** Declared groups, and the connected parts of the coupling graph for the rest. Pure. */
import { type Group, GroupOrigin, type Process } from '../../../proto/generated/messages.ts'
import { edgesOf, pidOf } from '../coupling/edges.ts'
import { mayHave } from '../declaration/match.ts'
import { bondsOf } from './bonds.ts'
import { declaredBonds, mayBeCutBy, mergeBonds } from './declared-bonds.ts'
import { declaredGroup, groupOf } from './group.ts'
import { type Member, spread, type TiesByProcess, tiesByProcess } from './membership.ts'
import { discoveredName, unusedName } from './names.ts'
import type { Grouped, Workload } from './types.ts'

/**
 * A declared group takes the processes that match it and whatever is tied to them, one that an application declared
 * only processes of its user. What is taken by no declared group forms groups of its own.
 */
export function groupByCoupling(workload: Workload): Grouped {
  const { processes, ties, declarations, matches } = workload
  const byProcess = tiesByProcess(ties)
  const matched = processes.flatMap(({ process }): Member[] => {
    const [group] = matches.get(pidOf(process)) ?? []
    return group === undefined ? [] : [{ process, group, distance: 0 }]
  })
  const applications = new Map(declarations.map(({ name, application }) => [name, application]))
  const mayJoin = (group: string, process: Process) => mayHave(applications.get(group), process)
  const members = spread(matched, byProcess, mayJoin)
  const taken = new Set(declarations.map(({ name }) => name))
  const discovered = discover(workload, byProcess, members, taken)
  const membersOf = Map.groupBy(
    processes.map(({ process }) => process),
    (process) => members.get(pidOf(process))?.group ?? '',
  )
  const mayBeCut = mayBeCutBy(declarations)
  const groups: Group[] = [
    ...declarations
      .filter(({ name, application }) => application === undefined || membersOf.has(name))
      .map((declaration) => declaredGroup(declaration, membersOf.get(declaration.name) ?? [])),
    ...discovered.map((name) =>
      groupOf(name, GroupOrigin.GROUP_ORIGIN_DISCOVERED, membersOf.get(name) ?? []),
    ),
  ]
  const { bonds, problems } = declaredBonds(workload, members)
  return {
    groups,
    groupOf: new Map([...members].map(([pid, { group }]) => [pid, group])),
    edges: edgesOf(ties, (from, to) => cutNote(members.get(pidOf(from)), members.get(pidOf(to)), mayBeCut)),
    bonds: mergeBonds([...bonds, ...bondsOf(ties, members, mayBeCut)]),
    problems,
  }
}

/** Adds the members of each group that is not declared, and answers the names of these groups. */
function discover(
  { processes }: Workload,
  ties: TiesByProcess,
  members: Map<number, Member>,
  taken: Set<string>,
): string[] {
  const found = processes.flatMap((observed) => {
    const { process } = observed
    if (members.has(pidOf(process))) return []
    const isFree = (_group: string, { id }: Process) => !members.has(id?.pid ?? 0)
    const part = spread([{ process, group: '', distance: 0 }], ties, isFree)
    for (const [pid, member] of part) members.set(pid, member)
    return [part]
  })
  const observedBy = new Map(processes.map((observed) => [pidOf(observed.process), observed]))
  return found
    .map((part) => {
      const observed = [...part.keys()].flatMap((pid) => observedBy.get(pid) ?? [])
      const name = unusedName(discoveredName(observed), taken)
      taken.add(name)
      for (const member of part.values()) member.group = name
      return name
    })
    .sort()
}

function cutNote(
  from: Member | undefined,
  to: Member | undefined,
  mayBeCut: (group: string, other: string) => boolean,
): string {
  if (from === undefined || to === undefined || !mayBeCut(from.group, to.group)) return ''
  return `, which may be cut: ${from.group} and ${to.group} are declared apart`
}
