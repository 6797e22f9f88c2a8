/** Writes down what a later call, in another copy of this guest, needs to know of each group. */
import { readProcessStatus } from '../group/control/process-status.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import { wholeUnits } from '../group/control/whole-units.ts'
import type { QuiescedGroup } from './state-schema.ts'

export interface DescribeOptions {
  /** The processes in a cgroup now. */
  processesIn: (path: string) => readonly number[]
  survey: GuestSurvey
  /** By group; those of the plan. */
  cgroups: ReadonlyMap<string, readonly string[]>
  /** By cgroup. */
  frozenBefore: ReadonlyMap<string, boolean>
}

export function describeGroups({
  processesIn,
  survey,
  cgroups,
  frozenBefore,
}: DescribeOptions): QuiescedGroup[] {
  const surveyed = new Map(survey.processes.map((process) => [process.id?.pid ?? 0, process]))
  return [...cgroups].map(([name, paths]) => ({
    name,
    cgroups: paths.map((path) => ({ path, wasFrozen: frozenBefore.get(path) ?? false })),
    // As the kernel lists them now: some were born after the survey.
    processes: [...new Set(paths.flatMap((path) => processesIn(path)))].flatMap((pid) => {
      const process = surveyed.get(pid)
      if (process?.id) return [{ id: process.id, name: process.name }]
      const status = readProcessStatus(pid)
      return status === undefined ? [] : [{ id: { pid, startTicks: status.startTicks }, name: status.name }]
    }),
    units: wholeUnits(survey, name),
    serviceAddress: survey.groups.find((group) => group.name === name)?.serviceAddress ?? '',
  }))
}
