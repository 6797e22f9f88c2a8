/** All processes of a user are one group. Pure. */
import {
  type Bond,
  Channel,
  type Group,
  GroupOrigin,
  GroupState,
  type Process,
} from '../../../proto/generated/messages.ts'
import { edgesOf, pidOf } from '../coupling/edges.ts'
import { printable } from '../coupling/printable.ts'
import type { Declaration } from '../declaration/types.ts'
import { bondsOf } from './bonds.ts'
import { mergeBonds } from './declared-bonds.ts'
import { declaredGroup, groupOf } from './group.ts'
import type { Member } from './membership.ts'
import { userName } from './names.ts'
import { type DeclaredSet, declaredSets, ownerOf, root } from './owners.ts'
import type { Grouped, Workload } from './types.ts'

/**
 * What is declared goes where the users go whose processes it is made of: it keeps them together, and cuts nothing
 * between them.
 */
export function groupByUser(workload: Workload): Grouped {
  const { ties } = workload
  const processes = workload.processes.map(({ process }) => process)
  const sets = declaredSets(workload)
  const nameOf = namesOf(processes, [
    ...processes.map(ownerOf),
    ...sets.flatMap(({ owners }) => [...owners.keys()]),
  ])
  const byOwner = Map.groupBy(processes, ownerOf)
  const members = new Map(
    processes.map((process): [number, Member] => {
      const group = nameOf.get(ownerOf(process)) ?? ''
      return [pidOf(process), { process, group, distance: 0 }]
    }),
  )
  return {
    groups: [...nameOf].map(([owner, name]) =>
      userGroup(
        name,
        byOwner.get(owner) ?? [],
        sets.flatMap((set) => (set.owners.has(owner) ? set.declarations : [])),
      ),
    ),
    groupOf: new Map([...members].map(([pid, { group }]) => [pid, group])),
    edges: edgesOf(ties),
    bonds: mergeBonds([
      ...sets.flatMap((set) => bondsBy(set, nameOf)),
      ...bondsOf(ties, members, () => false),
    ]),
    problems: [],
  }
}

/** By user id, in the order of the names. */
function namesOf(processes: readonly Process[], owners: readonly number[]): Map<number, string> {
  const known = new Map(processes.map(({ userId, user }) => [userId, user]))
  const users = [...new Set(owners)].map((id) => ({
    id,
    user: known.get(id) ?? (id === root ? 'root' : `${id}`),
  }))
  const names = users.map(({ id, user }): [number, string] => [id, userName(user, id)])
  return new Map(names.sort(([, one], [, other]) => (one < other ? -1 : 1)))
}

function userGroup(name: string, own: readonly Process[], declarations: readonly Declaration[]): Group {
  const declared = declarations.map((declaration) => declaredGroup(declaration, []))
  const units = [...own.map(({ unit }) => unit), ...declared.flatMap((group) => group.units)]
  return {
    ...groupOf(name, GroupOrigin.GROUP_ORIGIN_USER, own),
    state: own.length > 0 ? GroupState.GROUP_STATE_RUNNING : GroupState.GROUP_STATE_STOPPED,
    // Also the one that holds the user's own systemd.
    units: [...new Set(units)].filter((unit) => unit !== '').sort(),
    serviceAddresses: declared.flatMap((group) => group.serviceAddresses),
    endpoints: declared.flatMap((group) => group.endpoints),
    disks: declared.flatMap((group) => group.disks),
    declaredGroups: declared.map((group) => group.name),
  }
}

/** The first user with each of the others. */
function bondsBy({ declarations, owners }: DeclaredSet, nameOf: ReadonlyMap<number, string>): Bond[] {
  const [first, ...others] = [...owners].map(([owner, process]) => ({
    name: nameOf.get(owner) ?? '',
    process,
  }))
  const names = declarations.map(({ name, file }) => `${name} (${printable(file)})`)
  const what = names.length === 1 ? `group ${names[0]}` : `groups ${names.join(' and ')}, declared together,`
  const evidence = `${what} ${names.length === 1 ? 'has' : 'have'} processes of both`
  return others.map((other) => {
    const [from, to] = [first ?? other, other].sort((one, two) => (one.name < two.name ? -1 : 1))
    return {
      group: from?.name ?? '',
      other: to?.name ?? '',
      reasons: [
        {
          from: from?.process?.id ?? null,
          to: to?.process?.id ?? null,
          channel: Channel.CHANNEL_DECLARATION,
          evidence,
        },
      ],
    }
  })
}
