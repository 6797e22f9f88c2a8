/** What a plan is made from: the groups of a guest, and which of them must stay together. */
import type { Edge, ListGroupsResponse } from '../../proto/generated/messages.ts'

export interface WorkloadGroup {
  name: string
  /** Processors used, measured: 1 is one whole processor. */
  cpuCores: number
  memoryBytes: number
  /** How many it has now. */
  processes: number
  /** False for a group of which nothing runs. */
  running: boolean
  /** Its processes that no unit of its own starts, as `name (pid)`: they end for good when the guest ends. */
  unrestartable: string[]
  /** With prefix length, empty when the group has none. The first, of a user with several. */
  serviceAddress: string
  /** TCP ports of its endpoints. @default none */
  tcpPorts?: readonly number[]
  /** Where it mounts disks of its own that it writes, whatever they are reached by. @default none */
  writtenPlaces?: readonly string[]
}

export interface WorkloadBond {
  group: string
  other: string
  reasons: readonly Edge[]
}

export interface Workload {
  groups: WorkloadGroup[]
  bonds: WorkloadBond[]
}

/**
 * The part of an agent's answer that a plan depends on. Groups that are foreign to the guest are left out: they
 * belong to another child of an earlier split.
 */
export function toWorkload(listed: Pick<ListGroupsResponse, 'groups' | 'processes' | 'bonds'>): Workload {
  const names = new Map(listed.processes.map(({ id, name }) => [id?.pid, name]))
  const nameOf = (pid: number) => names.get(pid) ?? 'process'
  const groups = listed.groups
    .filter((group) => group.state !== 'GROUP_STATE_FOREIGN')
    .map((group) => ({
      name: group.name,
      cpuCores: group.cpuCores,
      memoryBytes: group.memoryBytes,
      processes: group.processes.length,
      running: group.processes.length > 0,
      unrestartable: group.unrestartable.map((id) => `${nameOf(id.pid)} (${id.pid})`),
      serviceAddress: group.serviceAddresses[0] ?? '',
      tcpPorts: group.endpoints.flatMap(({ protocol, port }) => (protocol === 'tcp' ? [port] : [])),
      writtenPlaces: group.disks.flatMap(({ mountPoint, options }) =>
        options.includes('ro') ? [] : [mountPoint],
      ),
    }))
  const known = new Set(groups.map((group) => group.name))
  const bonds = listed.bonds.filter((bond) => known.has(bond.group) && known.has(bond.other))
  return { groups, bonds }
}

/** Groups that bonds tie to each other, as sets; a group without bonds is a set of its own. In the order of `groups`. */
export function bondedSets(workload: Workload): WorkloadGroup[][] {
  const leaders = new Map(workload.groups.map((group) => [group.name, group.name]))
  const leaderOf = (name: string): string => {
    const leader = leaders.get(name) ?? name
    return leader === name ? name : leaderOf(leader)
  }
  for (const bond of workload.bonds) leaders.set(leaderOf(bond.other), leaderOf(bond.group))
  return [...Map.groupBy(workload.groups, (group) => leaderOf(group.name)).values()]
}
