/** Writes down what a later call, in another copy of this guest, needs to know of each group. */
import { readProcessStatus } from '../group/control/process-status.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import { wholeUnits } from '../group/control/whole-units.ts'
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
  const surveyed = new Map(survey.processes.map((process) => [process.id?.pid ?? 0, process]))
  return groups.map((name) => {
    const cgroups = holdsOf(name)
    // As the kernel lists them now: some were born after the survey.
    const pids = new Set(cgroups.flatMap(({ path }) => processesIn(path)))
    return {
      name,
      cgroups,
      processes: [...pids].flatMap((pid) => {
        const process = surveyed.get(pid)
        if (process?.id) return [{ id: process.id, name: process.name }]
        const status = readProcessStatus(pid)
        return status === undefined ? [] : [{ id: { pid, startTicks: status.startTicks }, name: status.name }]
      }),
      units: wholeUnits(survey, name),
      serviceAddress: survey.groups.find((group) => group.name === name)?.serviceAddress ?? '',
    }
  })
}
