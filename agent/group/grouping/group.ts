/** A group as callers see it, from its processes. Pure. */
import { type Group, GroupOrigin, GroupState, type Process } from '../../../proto/generated/messages.ts'
import { systemUnitOf } from '../coupling/units.ts'
import type { Declaration } from '../declaration/types.ts'

/** @param members by rising pid */
export function declaredGroup(declaration: Declaration, members: readonly Process[]): Group {
  const { name, match, start, serviceAddress, endpoints, disks, stateless, file } = declaration
  return {
    ...groupOf(name, GroupOrigin.GROUP_ORIGIN_DECLARED, members),
    state: members.length > 0 ? GroupState.GROUP_STATE_RUNNING : GroupState.GROUP_STATE_STOPPED,
    units: [...new Set([...match.units, ...start, ...unitsOf(members)])],
    serviceAddresses: serviceAddress === '' ? [] : [serviceAddress],
    endpoints,
    disks,
    declaredIn: file,
    unrestartable: [],
    stateless,
  }
}

/** @param members by rising pid, at least one */
export function groupOf(name: string, origin: GroupOrigin, members: readonly Process[]): Group {
  return {
    name,
    origin,
    state: GroupState.GROUP_STATE_RUNNING,
    processes: members.flatMap(({ id }) => (id === null ? [] : [id])),
    units: unitsOf(members),
    users: [...new Set(members.map(({ user }) => user))].sort(),
    cpuCores: members.reduce((sum, { cpuCores }) => sum + cpuCores, 0),
    memoryBytes: members.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    serviceAddresses: [],
    endpoints: [],
    disks: [],
    declaredIn: '',
    unrestartable: [],
    declaredGroups: [],
    stateless: false,
  }
}

function unitsOf(members: readonly Process[]): string[] {
  const units = members.map(systemUnitOf).filter((unit) => unit !== '')
  return [...new Set(units)].sort()
}
