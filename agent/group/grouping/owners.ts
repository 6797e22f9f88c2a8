/** Whose a process is, and whose a declared group. Users are told by their ids. Pure. */
import type { Process } from '../../../proto/generated/messages.ts'
import { pidOf } from '../coupling/edges.ts'
import type { Declaration } from '../declaration/types.ts'
import { createUnion } from '../union.ts'
import type { Workload } from './types.ts'

export const root = 0

// systemd gives each user one, for all logins and the user's own systemd (systemd.special(7)).
const userSlice = /^\/user\.slice\/user-(\d+)\.slice\//

/** What runs in a user's login or own systemd is the user's, whatever it runs as: sudo, or the monitor of sshd. */
export function ownerOf({ cgroup, userId }: Process): number {
  const [, slice] = userSlice.exec(cgroup) ?? []
  return slice === undefined ? userId : Number(slice)
}

/** Declared groups that have to stay together. */
export interface DeclaredSet {
  declarations: readonly Declaration[]
  /** Whose they are, each with a process of theirs. What does not run is root's, who would start it. */
  owners: ReadonlyMap<number, Process | undefined>
}

export function declaredSets({ declarations, processes, matches }: Workload): DeclaredSet[] {
  const indexOf = new Map(declarations.map(({ name }, index) => [name, index]))
  const union = createUnion()
  for (const [index, { together }] of declarations.entries()) {
    for (const other of together) union.join(index, indexOf.get(other) ?? index)
  }
  const owners = new Map<number, Map<number, Process>>()
  for (const { process } of processes) {
    for (const name of matches.get(pidOf(process)) ?? []) {
      const index = indexOf.get(name)
      if (index === undefined) continue
      const known = owners.get(union.find(index)) ?? new Map<number, Process>()
      owners.set(union.find(index), known)
      if (!known.has(ownerOf(process))) known.set(ownerOf(process), process)
    }
  }
  const sets = Map.groupBy(declarations.keys(), (index) => union.find(index))
  return [...sets].map(([first, indexes]) => ({
    declarations: indexes.flatMap((index) => declarations[index] ?? []),
    owners: owners.get(first) ?? new Map([[root, undefined]]),
  }))
}
