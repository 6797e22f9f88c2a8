/** The plan of a split: what would happen, decided before anything does. Pure. */
import { RefusedError } from '../../proto/errors.ts'
import type { Edge } from '../../proto/generated/messages.ts'
import type { UserNetwork } from '../store/records.ts'
import {
  type AssignedChild,
  assign,
  type BalancedAssignment,
  type NamedAssignment,
  type SplitRequest,
} from './assignment.ts'
import { type PlannedUserNetwork, planUserNetwork } from './user-network.ts'
import type { Workload, WorkloadBond } from './workload.ts'

export interface PlannedChild {
  name: string
  groups: string[]
  /**
   * One child keeps the parent's MAC address: clients that have it in their neighbour tables go on without
   * asking again, which shortens the silence.
   */
  keepsMacAddress: boolean
}

export interface SplitPlan {
  way: 'fork'
  /**
   * The parent's memory is a private copy, which no child can map: it goes over to a process of its own kind first, while
   * it runs. That takes as much memory again, and seconds for each gigabyte.
   */
  twin: boolean
  parent: string
  /** Of the parent and of each child. */
  cpus: number
  memoryMiB: number
  /** Groups that several children run. */
  replicated: string[]
  children: PlannedChild[]
  /** Undefined when the parent is on a bridge. */
  userNetwork?: PlannedUserNetwork
}

export interface ParentResources {
  name: string
  memory: 'shared' | 'private'
  cpus: number
  memoryMiB: number
  userNetwork?: UserNetwork
}

/**
 * Plans a stateful split by fork.
 *
 * @throws what {@link assign} throws
 * @throws RefusedError `COUPLED` when it would part groups that must stay together, with the reasons;
 *   `RESOURCES_DIFFER` when a child asks for other resources than the parent's (thesis, table 2.5)
 */
export function planSplit(parent: ParentResources, workload: Workload, request: SplitRequest): SplitPlan {
  const wish = typeof request === 'function' ? request(workload) : request
  refuseOtherResources(parent, wish)
  const assigned = assign(workload, wish, parent.name)
  refuseParting(assigned, workload.bonds)
  const heir = macAddressHeir(assigned, workload)
  const children = assigned.map((child) => ({ ...child, keepsMacAddress: child.name === heir }))
  const { userNetwork: network } = parent
  return {
    way: 'fork',
    twin: parent.memory === 'private',
    parent: parent.name,
    cpus: parent.cpus,
    memoryMiB: parent.memoryMiB,
    replicated: repeated(children),
    children,
    ...(network && { userNetwork: planUserNetwork({ network, children, groups: workload.groups }) }),
  }
}

/** The child with the most service addresses, for they have the most clients to lose; the first of equals. */
function macAddressHeir(children: readonly AssignedChild[], workload: Workload): string | undefined {
  const served = new Set(workload.groups.filter((group) => group.serviceAddress).map((group) => group.name))
  const addresses = (child: AssignedChild) => child.groups.filter((group) => served.has(group)).length
  return children.reduce<AssignedChild | undefined>(
    (best, child) => (best === undefined || addresses(child) > addresses(best) ? child : best),
    undefined,
  )?.name
}

/** Those that are in more than one child. */
function repeated(children: readonly AssignedChild[]): string[] {
  const names = children.flatMap(({ groups }) => groups)
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

function refuseOtherResources(parent: ParentResources, request: NamedAssignment | BalancedAssignment): void {
  if ('into' in request) return
  for (const child of request.children) {
    const cpus = child.cpus ?? parent.cpus
    const memoryMiB = child.memoryMiB ?? parent.memoryMiB
    if (cpus === parent.cpus && memoryMiB === parent.memoryMiB) continue
    throw new RefusedError({
      code: 'RESOURCES_DIFFER',
      message:
        `${child.name} asks for ${cpus} CPUs and ${memoryMiB} MiB, ` +
        `but ${parent.name} has ${parent.cpus} and ${parent.memoryMiB} MiB: a child that goes on from memory needs the same`,
      remedy: 'Leave the resources out.',
    })
  }
}

function refuseParting(children: readonly AssignedChild[], bonds: readonly WorkloadBond[]): void {
  const parted = bonds.filter(({ group, other }) =>
    children.some(({ groups }) => groups.includes(group) !== groups.includes(other)),
  )
  if (parted.length === 0) return
  const pairs = parted.map((bond) => `${bond.group} and ${bond.other} (${describeReasons(bond.reasons)})`)
  throw new RefusedError({
    code: 'COUPLED',
    message: `coupled groups would be parted: ${pairs.join('; ')}`,
    remedy: 'Assign them to one child, or declare `apart` in a group file when the coupling may be cut.',
  })
}

function describeReasons(reasons: readonly Edge[]): string {
  const shown = reasons.slice(0, 3).map((edge) => edge.evidence)
  const hidden = reasons.length - shown.length
  return `${shown.join(', ')}${hidden > 0 ? ` and ${hidden} more` : ''}`
}
