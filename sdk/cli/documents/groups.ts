/** Groups, processes and their couplings in JSON. Pure. */
import type {
  Bond,
  Edge,
  Group,
  ListGroupsResponse,
  Process,
  ProcessId,
} from '../../../proto/generated/messages.ts'
import { channelWord, originWord, stateWord } from '../render/words.ts'

export function groupsDocument(machine: string, listed: ListGroupsResponse) {
  return {
    machine,
    groups: listed.groups.map(groupDocument),
    processes: listed.processes.map(processDocument),
    edges: listed.edges.map(edgeDocument),
    bonds: listed.bonds.map(bondDocument),
    problems: listed.problems,
  }
}

export function processDocument(process: Process) {
  return {
    ...processIdDocument(process.id),
    parentPid: process.parentPid,
    sessionId: process.sessionId,
    userId: process.userId,
    user: process.user,
    unit: process.unit || null,
    cgroup: process.cgroup,
    name: process.name,
    arguments: process.arguments,
    cpuCores: process.cpuCores,
    memoryBytes: process.memoryBytes,
    replicated: process.replicated,
    group: process.group || null,
  }
}

/** A coupling that only a declaration made has no processes: `from` and `to` are null. */
export function edgeDocument(edge: Edge) {
  return {
    from: edge.from && processIdDocument(edge.from),
    to: edge.to && processIdDocument(edge.to),
    channel: channelWord(edge.channel),
    evidence: edge.evidence,
  }
}

export function processIdDocument(id: ProcessId | null) {
  return { pid: id?.pid ?? 0, startTicks: id?.startTicks ?? 0 }
}

function groupDocument(group: Group) {
  return {
    name: group.name,
    origin: originWord(group.origin),
    state: stateWord(group.state),
    cpuCores: group.cpuCores,
    memoryBytes: group.memoryBytes,
    serviceAddress: group.serviceAddresses[0] ?? null,
    serviceAddresses: group.serviceAddresses,
    declaredGroups: group.declaredGroups,
    declaredIn: group.declaredIn || null,
    units: group.units,
    users: group.users,
    processes: group.processes.map(processIdDocument),
    endpoints: group.endpoints.map(({ name, protocol, port }) => ({ name, protocol, port })),
    disks: group.disks.map(({ serial, uuid, mountPoint, fileSystem, options }) => ({
      serial: serial || null,
      uuid: uuid || null,
      mountPoint: mountPoint || null,
      fileSystem: fileSystem || null,
      options,
    })),
  }
}

function bondDocument(bond: Bond) {
  return { group: bond.group, other: bond.other, reasons: bond.reasons.map(edgeDocument) }
}
