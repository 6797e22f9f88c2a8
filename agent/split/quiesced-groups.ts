/** Writes down what a later call, in another copy of this guest, needs to know of each group. */
import { readProcessStatus } from '../group/control/process-status.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import { wholeUnits } from '../group/control/whole-units.ts'
import type { UnitsByUser } from './idle-units.ts'
import type { GroupPlan } from './plan.ts'
import type { QuiescedGroup } from './state-schema.ts'

export interface DescribeOptions {
  survey: GuestSurvey
  plan: GroupPlan
  unitsByUser: UnitsByUser
  /** The cgroups of a group. */
  holdsOf: (group: string) => QuiescedGroup['cgroups']
  /** The processes in a cgroup now. */
  processesIn: (path: string) => readonly number[]
}

export function describeGroups({ survey, plan, unitsByUser, ...options }: DescribeOptions): QuiescedGroup[] {
  const { holdsOf, processesIn } = options
  // Of two in different children, each would make it foreign to the other's: it could start nowhere.
  const claimed = new Set(survey.groups.flatMap(({ units }) => units))
  return plan.groups.map((name) => {
    const group = survey.groups.find((one) => one.name === name)
    const cgroups = holdsOf(name)
    const members = survey.processes.flatMap(({ group, id, name: called }) =>
      group === name && id !== null ? [{ id, name: called }] : [],
    )
    return {
      name,
      cgroups,
      processes: presentProcesses({ cgroups, processes: members }, processesIn),
      // Shared with who goes where it goes, a unit is still foreign in every other child.
      units: wholeUnits(survey, name, {
        companions: plan.companionsOf(name),
        more: (unitsByUser.get(name) ?? []).filter((unit) => !claimed.has(unit)),
      }),
      serviceAddresses: group?.serviceAddresses ?? [],
      marks: plan.grouping === 'GROUPING_USER' ? (group?.declaredGroups ?? []) : [name],
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
