/** Brings the processes of groups into cgroups that they share with nobody. */
import { FailedError } from '../../../proto/errors.ts'
import type { CgroupTree } from './cgroup.ts'
import { membersOf } from './look-up.ts'
import { placeGroup, type Stray } from './placement.ts'
import { isAlive, readProcessStatus } from './process-status.ts'
import { checkUnprotected } from './protection.ts'
import type { GuestSurvey, SurveyGuest } from './types.ts'

export interface GatherOptions {
  tree: CgroupTree
  survey: SurveyGuest
  groups: readonly string[]
  /** Called with each cgroup before the first process moves into it, also when it was there before. */
  onTarget?: (path: string, group: string) => void
  /**
   * How long to go after processes that fork while they are moved.
   *
   * @default 5000
   */
  boundMilliseconds?: number
}

export interface Gathered {
  /** The survey that found every process of the groups in these cgroups. */
  survey: GuestSurvey
  /** By group. */
  cgroups: Map<string, string[]>
}

/**
 * Moves every process that shares its cgroup with others into one below it, until a survey finds nobody left.
 *
 * @throws RefusedError `PROTECTED`
 * @throws FailedError `NOT_GATHERED` when processes fork faster than they can be moved
 */
export async function gather(options: GatherOptions): Promise<Gathered> {
  const { boundMilliseconds = 5000 } = options
  const begin = performance.now()
  for (;;) {
    const survey = await options.survey()
    const { cgroups, strays } = placeGroups(survey, options.groups)
    if (strays.length === 0) return { survey, cgroups }
    if (performance.now() - begin > boundMilliseconds) throw notGathered(strays, boundMilliseconds)
    moveStrays(strays, options)
    chaseChildren(survey, strays, options.tree)
  }
}

function placeGroups(survey: GuestSurvey, groups: readonly string[]) {
  const cgroups = new Map<string, string[]>()
  const strays: Stray[] = []
  for (const group of groups) {
    const members = membersOf(survey, group)
    checkUnprotected(group, members, survey.processes, process.pid)
    const placement = placeGroup(group, members, survey.processes)
    cgroups.set(group, placement.cgroups)
    // A zombie can't be moved, and need not.
    strays.push(...placement.strays.filter(({ process: { id } }) => id !== null && isAlive(id)))
  }
  return { cgroups, strays }
}

function moveStrays(strays: readonly Stray[], options: GatherOptions): void {
  for (const [target, group] of new Map(strays.map(({ target, process }) => [target, process.group]))) {
    options.tree.create(target)
    // One that a former freeze left empty is nobody's, and must not stop who comes now.
    if (options.tree.events(target)?.populated === false) options.tree.freeze(target, false)
    options.onTarget?.(target, group)
  }
  for (const { process, target } of strays) {
    if (process.id !== null && isAlive(process.id)) options.tree.move(process.id.pid, target)
  }
}

// A survey takes long beside a fork. So children that were born meanwhile are followed at once, generation by
// generation; what this misses, such as an orphan, is found by the next survey.
const mostGenerations = 50

function chaseChildren(survey: GuestSurvey, strays: readonly Stray[], tree: CgroupTree): void {
  const known = new Set(survey.processes.map((process) => process.id?.pid ?? 0))
  const targets = new Map(strays.map(({ process, target }) => [process.id?.pid ?? 0, { process, target }]))
  const origins = new Set(strays.map(({ process }) => process.cgroup))
  for (let generation = 0; generation < mostGenerations; generation++) {
    let moved = 0
    for (const pid of [...origins].flatMap((origin) => tree.ownProcesses(origin))) {
      if (known.has(pid)) continue
      known.add(pid)
      const status = readProcessStatus(pid)
      const parent = targets.get(status?.parentPid ?? 0)
      if (status === undefined || parent === undefined) continue
      if (status.sessionId !== parent.process.sessionId) continue
      tree.move(pid, parent.target)
      targets.set(pid, parent)
      moved++
    }
    if (moved === 0) return
  }
}

function notGathered(strays: readonly Stray[], boundMilliseconds: number): FailedError {
  const [first] = strays
  const example = `${first?.process.name} (pid ${first?.process.id?.pid})`
  return new FailedError({
    code: 'NOT_GATHERED',
    message: `processes like ${example} could not be moved to a cgroup of their own within ${boundMilliseconds} ms`,
    remedy: 'Look for processes that start others without end, or give the group a systemd unit of its own.',
  })
}
