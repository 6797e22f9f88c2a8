/** Writes down what a later call, in another copy of this guest, needs to know of each group. */
import { readProcessStatus } from '../group/control/process-status.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import { sharedUnits, wholeUnits } from '../group/control/whole-units.ts'
import type { QuiescedGroup } from './state-schema.ts'

export interface DescribeOptions {
  survey: GuestSurvey
  /** Names of the plan. */
  groups: readonly string[]
  /** The cgroups of a group. */
  holdsOf: (group: string) => QuiescedGroup['cgroups']
  /** The processes in a cgroup now. */
  processesIn: (path: string) => readonly number[]
}

export function describeGroups({ survey, groups, holdsOf, processesIn }: DescribeOptions): QuiescedGroup[] {
  return groups.map((name) => {
    const cgroups = holdsOf(name)
    const members = survey.processes.flatMap(({ group, id, name: called }) =>
      group === name && id !== null ? [{ id, name: called }] : [],
    )
    return {
      name,
      cgroups,
      processes: presentProcesses({ cgroups, processes: members }, processesIn),
      units: wholeUnits(survey, name),
      sharedUnits: sharedUnits(survey, name),
      serviceAddress: survey.groups.find((group) => group.name === name)?.serviceAddress ?? '',
    }
  })
}

/** Those that are in the cgroups of a group now: some were born since it was last looked at. */
export function presentProcesses(
  { cgroups, processes }: Pick<QuiescedGroup, 'cgroups' | 'processes'>,
  processesIn: DescribeOptions['processesIn'],
): QuiescedGroup['processes'] {
  const known = new Map(processes.map((process) => [process.id.pid, process]))
  const pids = new Set(cgroups.flatMap(({ path }) => processesIn(path)))
  return [...pids].flatMap((pid) => {
    const status = readProcessStatus(pid)
    if (status === undefined) return []
    const former = known.get(pid)
    if (former?.id.startTicks === status.startTicks) return [former]
    return [{ id: { pid, startTicks: status.startTicks }, name: status.name }]
  })
}
