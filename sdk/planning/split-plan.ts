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
import { spreadOverImages } from './base-images.ts'
import { chooseWay, type Obstacles } from './choose-way.ts'
import {
  type ChildConfiguration,
  configure,
  type PlannedConfiguration,
  type Resources,
} from './configuration.ts'
import { choose, groupingOf, type SplitGrouping } from './grouping.ts'
import { groupNotFound } from './rules.ts'
import { type DiskOptions, type PlannedDisk, planDisks } from './split-disks.ts'
import { type PlannedUserNetwork, planUserNetwork } from './user-network.ts'
import { isStateful, type Way } from './way.ts'
import type { Workload, WorkloadBond } from './workload.ts'

export interface PlannedChild extends PlannedConfiguration {
  name: string
  groups: string[]
  /**
   * One child keeps the parent's MAC address: clients that have it in their neighbour tables go on without
   * asking again, which shortens the silence.
   */
  keepsMacAddress: boolean
  /** The child that keeps the copy of the parent's disk that this one is based on. @default none: the parent's disk itself */
  imageOf?: string
}

export interface SplitPlan {
  way: Way
  /** Why this way, for people. */
  why: string
  /** What the groups of the children are. */
  grouping: SplitGrouping
  /**
   * The parent's memory is a private copy, which no child can map: it goes over to a process of its own kind first, while
   * it runs. That takes as much memory again, and seconds for each gigabyte.
   */
  twin: boolean
  parent: string
  /** Of the parent. */
  cpus: number
  memoryMiB: number
  /** Groups that several children run. */
  replicated: string[]
  /** Processes that end for good, by group, because nothing starts them again in a child that boots. */
  ending: { group: string; processes: string[] }[]
  children: PlannedChild[]
  /** Disks of groups, each with the child that keeps it. */
  disks: PlannedDisk[]
  /** Undefined when the parent is on a bridge. */
  userNetwork?: PlannedUserNetwork
}

export interface ParentResources extends Resources {
  name: string
  memory: 'shared' | 'private'
  userNetwork?: UserNetwork
  /** @default none */
  obstacles?: Obstacles
  /** What is plugged in, and what declares it. @default nothing is */
  attached?: Pick<DiskOptions, 'attached' | 'declared' | 'groups'>
}

/**
 * Plans a split.
 *
 * @param workload by the grouping that the request asks for
 * @throws what {@link assign}, {@link choose}, {@link configure} and {@link chooseWay} throw
 * @throws RefusedError `COUPLED` when it would part groups that must stay together, with the reasons; `NOT_RESTARTABLE`
 *   when a stateless split would end processes for good, see `mayEnd`
 */
export function planSplit(parent: ParentResources, workload: Workload, request: SplitRequest): SplitPlan {
  const wish = choose(request, workload)
  const { way, why } = chooseWay({
    machine: parent.name,
    wish: wish.way,
    obstacles: parent.obstacles ?? {},
  })
  const assigned = assign(workload, wish, parent.name)
  const configurations = assigned.map(({ name }) =>
    configure({ way, parent, child: name, wish: configurationOf(wish, name) }),
  )
  refuseParting(assigned, workload.bonds, groupingOf(request))
  const ending = isStateful(way) ? [] : endingProcesses(workload, wish.mayEnd ?? [])
  const images = spreadOverImages(
    assigned.map(({ name }) => name),
    { way, childrenPerImage: wish.childrenPerImage },
  )
  const heir = macAddressHeir(assigned, workload)
  const children = assigned.map((child, index) => ({
    ...child,
    cpus: parent.cpus,
    memoryMiB: parent.memoryMiB,
    ...configurations[index],
    keepsMacAddress: child.name === heir,
    ...(images[index] !== undefined && { imageOf: images[index] }),
  }))
  const { userNetwork: network } = parent
  return {
    way,
    why,
    grouping: groupingOf(request),
    twin: way === 'fork' && parent.memory === 'private',
    parent: parent.name,
    cpus: parent.cpus,
    memoryMiB: parent.memoryMiB,
    replicated: repeated(children),
    ending,
    children,
    disks:
      parent.attached === undefined ? [] : planDisks({ ...parent.attached, parent: parent.name, children }),
    ...(network && { userNetwork: planUserNetwork({ network, children, groups: workload.groups }) }),
  }
}

function configurationOf(request: NamedAssignment | BalancedAssignment, child: string): ChildConfiguration {
  if ('into' in request) return request.configuration ?? {}
  const {
    name: _,
    groups: __,
    ...configuration
  } = request.children.find(({ name }) => name === child) ?? {
    name: child,
    groups: [],
  }
  return configuration
}

/** @throws RefusedError `NOT_RESTARTABLE` */
function endingProcesses(workload: Workload, mayEnd: readonly string[]): SplitPlan['ending'] {
  const known = workload.groups.map(({ name }) => name)
  for (const group of mayEnd) if (!known.includes(group)) throw groupNotFound(group, known)
  const ending = workload.groups
    .filter(({ unrestartable }) => unrestartable.length > 0)
    .map(({ name, unrestartable }) => ({ group: name, processes: unrestartable }))
  const refused = ending.filter(({ group }) => !mayEnd.includes(group))
  if (refused.length === 0) return ending
  const described = refused.map(({ group, processes }) => `${group} (${firstOf(processes)})`)
  throw new RefusedError({
    code: 'NOT_RESTARTABLE',
    message: `children that boot would lose processes that no unit of their group starts: ${described.join('; ')}`,
    remedy:
      'Declare the units that start them in a group file, end the group first (cleave group stop), or allow it with --may-end GROUP.',
  })
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

function refuseParting(
  children: readonly AssignedChild[],
  bonds: readonly WorkloadBond[],
  grouping: SplitGrouping,
): void {
  const parted = bonds.filter(({ group, other }) =>
    children.some(({ groups }) => groups.includes(group) !== groups.includes(other)),
  )
  if (parted.length === 0) return
  const pairs = parted.map((bond) => `${bond.group} and ${bond.other} (${describeReasons(bond.reasons)})`)
  throw new RefusedError({
    code: 'COUPLED',
    message: `coupled groups would be parted: ${pairs.join('; ')}`,
    remedy:
      grouping === 'user'
        ? 'Assign them to one child, or split by coupling, where a group file may declare `apart`.'
        : 'Assign them to one child, or declare `apart` in a group file when the coupling may be cut.',
  })
}

function describeReasons(reasons: readonly Edge[]): string {
  return firstOf(reasons.map((edge) => edge.evidence))
}

function firstOf(texts: readonly string[]): string {
  const hidden = texts.length - 3
  return `${texts.slice(0, 3).join(', ')}${hidden > 0 ? ` and ${hidden} more` : ''}`
}
