/** One look at the guest: who runs, what couples them, and which groups they form. */
import {
  type Bond,
  type Edge,
  type Group,
  Grouping,
  type GroupState,
  type Process,
} from '../../proto/generated/messages.ts'
import { createProcessSource } from '../process/create-source.ts'
import { createPace, type Pace } from '../process/pace.ts'
import type { ObservedProcess, ProcessSource } from '../process/source.ts'
import { pidOf } from './coupling/edges.ts'
import { createLook } from './coupling/look.ts'
import { printable } from './coupling/printable.ts'
import { livingDeclarations } from './declaration/living.ts'
import { createMatcher } from './declaration/match.ts'
import { createDeclarationReader, type DeclarationReader } from './declaration/read.ts'
import type { Declaration } from './declaration/types.ts'
import { groupByCoupling } from './grouping/by-coupling.ts'
import { groupByUser } from './grouping/by-user.ts'
import { createInfrastructureTest, isInfrastructureUnit } from './infrastructure.ts'
import { unrestartable } from './restartable.ts'

export interface Survey {
  groups: Group[]
  /** Every process that is not a kernel thread, by rising pid, infrastructure included. */
  processes: Process[]
  /** At most 10,000. */
  edges: Edge[]
  bonds: Bond[]
  /** What the groups can't be relied on for, each a sentence. */
  problems: string[]
  declarations: readonly Declaration[]
  /** What applications declared, also those that are in a group of an admin's. */
  applications: readonly Declaration[]
}

export interface SurveyOptions {
  /** The folder of the group files. */
  groupsFolder: string
  /** Tells what applications declare. @default nothing */
  applications?: DeclarationReader
  /**
   * Units that are infrastructure besides those that always are, `*` for any number of characters.
   *
   * @default none
   */
  infrastructure?: readonly string[]
  /**
   * Tells the state of a group when it is another than running or stopped.
   *
   * @default undefined for every group
   */
  stateOf?: (group: Group, members: readonly Process[]) => GroupState | undefined
  /**
   * The names of declared groups that belong to other machines since a split: no user has them.
   *
   * @default none
   */
  foreign?: () => ReadonlySet<string>
  /** @default this system's */
  source?: ProcessSource
  /**
   * Who has to own the group files.
   *
   * @default 0
   */
  ownerUserId?: number
}

export interface SurveyTaker {
  /**
   * @param grouping by coupling when it is left out
   * @throws UnavailableError `PROCESSES_UNREADABLE`, `SOCKETS_UNREADABLE`
   */
  survey(grouping?: Grouping): Promise<Survey>
}

const longestHold = 5
const nothing = { declarations: [], problems: [] }

export function createSurvey(options: SurveyOptions): SurveyTaker {
  const { groupsFolder, infrastructure = [], stateOf, foreign, source = createProcessSource() } = options
  const infrastructureTest = (userManagers: boolean) =>
    createInfrastructureTest({ units: infrastructure, ownPid: process.pid, userManagers })
  const isInfrastructure = infrastructureTest(true)
  // A user's own systemd would start again, wherever it runs, what is to run where the user is.
  const isInfrastructureByUser = infrastructureTest(false)
  const reader = createDeclarationReader({
    folder: groupsFolder,
    ownerUserId: options.ownerUserId ?? 0,
    isInfrastructure: (unit) => isInfrastructureUnit(unit, infrastructure),
  })
  const look = createLook(source)
  const ownOf = (declarations: readonly Declaration[]) => {
    const others = foreign?.()
    return declarations.filter(({ name }) => others?.has(name) !== true)
  }

  return {
    async survey(grouping = Grouping.GROUPING_COUPLING) {
      const isByUser = grouping === Grouping.GROUPING_USER
      const pace = createPace(longestHold)
      const declared = { admins: reader.read(), applications: options.applications?.read() ?? nothing }
      const { observed, workload, ties, denied } = await look(
        pace,
        isByUser ? isInfrastructureByUser : isInfrastructure,
      )
      const processes = observed.map(({ process }) => process)
      const { declarations, applications, problems } = livingDeclarations({ ...declared, processes })
      const matches = await matchAll(workload, declarations, pace)
      // Grouping is one piece of work.
      await pace.rest()
      const grouped = isByUser
        ? groupByUser({ processes: workload, ties, declarations: ownOf(declarations), matches })
        : groupByCoupling({ processes: workload, ties, declarations, matches })
      if (pace.isDue()) await pace.rest()
      for (const { process } of workload) process.group = grouped.groupOf.get(pidOf(process)) ?? ''
      const members = Map.groupBy(processes, (process) => process.group)
      for (const one of grouped.groups) one.state = stateOf?.(one, members.get(one.name) ?? []) ?? one.state
      const ending = unrestartable(processes)
      for (const one of grouped.groups) one.unrestartable = ending.get(one.name) ?? []
      return {
        groups: grouped.groups,
        processes,
        edges: grouped.edges,
        bonds: grouped.bonds,
        problems: [...problems, ...grouped.problems, ...denied.map(describeDenied)],
        declarations,
        applications,
      }
    },
  }
}

async function matchAll(
  workload: readonly ObservedProcess[],
  declarations: readonly Declaration[],
  pace: Pace,
): Promise<Map<number, string[]>> {
  const match = createMatcher(declarations)
  const matches = new Map<number, string[]>()
  for (const { process } of workload) {
    const names = match(process)
    if (names.length > 0) matches.set(pidOf(process), names)
    if (pace.isDue()) await pace.rest()
  }
  return matches
}

function describeDenied({ name, id }: Process): string {
  return `the system did not let the agent read process ${id?.pid} (${printable(name)}) whole: it may be coupled to others unseen`
}
