/** Writes down what a later call, in another copy of this guest, needs to know of each group. */
import { readProcessStatus } from '../group/control/process-status.ts'
import { type ClaimOptions, claimsIn } from './claims.ts'
import type { QuiescedGroup } from './state-schema.ts'

export interface DescribeOptions extends ClaimOptions {
  /** The cgroups of a group. */
  holdsOf: (group: string) => QuiescedGroup['cgroups']
  /** The processes in a cgroup now. */
  processesIn: (path: string) => readonly number[]
}

export function describeGroups({ holdsOf, processesIn, ...options }: DescribeOptions): QuiescedGroup[] {
  const { survey, plan } = options
  const claimOf = claimsIn(options)
  return plan.groups.map((name) => {
    const cgroups = holdsOf(name)
    const members = survey.processes.flatMap(({ group, id, name: called }) =>
      group === name && id !== null ? [{ id, name: called }] : [],
    )
    const { units, sharedUnits, marks } = claimOf(name)
    return {
      name,
      cgroups,
      processes: presentProcesses({ cgroups, processes: members }, processesIn),
      units: [...units],
      sharedUnits: [...sharedUnits],
      serviceAddresses: survey.groups.find((one) => one.name === name)?.serviceAddresses ?? [],
      marks: [...marks],
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
