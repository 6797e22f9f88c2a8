/** Decides in which cgroups a group can be frozen. Pure. */
import type { Process } from '../../../proto/generated/messages.ts'

/** A process of the group that shares its cgroup with others. */
export interface Stray {
  process: Process
  /** The cgroup of its own that it has to move to: below the one where it is, so that it stays in its unit. */
  target: string
}

export interface Placement {
  /** Cgroups with processes of the group that hold, also further down, nothing but the group. */
  cgroups: string[]
  strays: Stray[]
}

const ownPrefix = 'cleave-'

function targetOf(group: string, origin: string): string {
  const segments = origin.split('/').filter((segment) => segment !== '')
  while (segments.at(-1)?.startsWith(ownPrefix)) segments.pop()
  return `/${[...segments, `${ownPrefix}${group}`].join('/')}`
}

/** True for a cgroup that {@link placeGroup} asked to be made. */
export function isMadeForGroup(path: string): boolean {
  return path.slice(path.lastIndexOf('/') + 1).startsWith(ownPrefix)
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}

/** Every cgroup that holds a process which is not of the group, itself or further down. */
function sharedCgroups(members: ReadonlySet<number>, everybody: readonly Process[]): Set<string> {
  const shared = new Set(['/'])
  for (const process of everybody) {
    if (members.has(process.id?.pid ?? 0)) continue
    for (let path = process.cgroup; !shared.has(path) && path.startsWith('/'); path = parentOf(path)) {
      shared.add(path)
    }
  }
  return shared
}

/**
 * @param members the processes of the group
 * @param everybody every process that is no kernel thread, members included
 */
export function placeGroup(
  group: string,
  members: readonly Process[],
  everybody: readonly Process[],
): Placement {
  const shared = sharedCgroups(new Set(members.map((process) => process.id?.pid ?? 0)), everybody)
  const whole = new Set<string>()
  const strays: Stray[] = []
  for (const process of members) {
    if (shared.has(process.cgroup)) strays.push({ process, target: targetOf(group, process.cgroup) })
    else whole.add(process.cgroup)
  }
  return { cgroups: [...whole], strays }
}
