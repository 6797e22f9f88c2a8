/** Which group goes to which child. Pure: the same workload and request give the same assignment. */

import { InvalidRequestError, NotFoundError, RefusedError } from '../../proto/errors.ts'
import { checkName } from '../../proto/names.ts'
import { bondedSets, type Workload, type WorkloadGroup } from './workload.ts'

/** A child as its caller wants it. */
export interface ChildRequest {
  /** The name of the new machine. */
  name: string
  groups: readonly string[]
  /** Must equal the parent's in a stateful split. @default the parent's */
  cpus?: number
  /** Must equal the parent's in a stateful split. @default the parent's */
  memoryMiB?: number
}

/** The children by name, each with its groups. */
export interface NamedAssignment {
  children: readonly ChildRequest[]
  /** The child that gets every group that no child names. @default none: such a group is refused when it runs */
  rest?: string
}

/** That many children, balanced by measured CPU and memory. */
export interface BalancedAssignment {
  into: number
}

export type SplitRequest = NamedAssignment | BalancedAssignment

export interface AssignedChild {
  name: string
  groups: string[]
}

/** More children than this at once is a slip of the finger, not a plan. */
export const mostChildren = 64

/**
 * Assigns every group of the workload to exactly one child.
 *
 * @param parent the name of the machine that is split; balanced children are called PARENT-1, PARENT-2, …
 * @throws InvalidRequestError `BAD_NAME`, `CHILD_NAMED_TWICE`, `GROUP_NAMED_TWICE`, `BAD_CHILD_COUNT`, `CHILD_EMPTY`
 * @throws NotFoundError `GROUP_NOT_FOUND`, `CHILD_NOT_FOUND`
 * @throws RefusedError `GROUP_UNASSIGNED`, `TOO_FEW_GROUPS`
 */
export function assign(workload: Workload, request: SplitRequest, parent: string): AssignedChild[] {
  return 'into' in request ? assignBalanced(workload, request.into, parent) : assignByName(workload, request)
}

function assignByName(workload: Workload, request: NamedAssignment): AssignedChild[] {
  checkChildCount(request.children.length)
  const known = new Map(workload.groups.map((group) => [group.name, group]))
  const children = new Map<string, AssignedChild>()
  const owners = new Map<string, string>()
  for (const { name, groups } of request.children) {
    checkName(name, 'machine')
    if (children.has(name)) {
      throw new InvalidRequestError({
        code: 'CHILD_NAMED_TWICE',
        message: `the child ${name} is named twice`,
        remedy: 'Name each child once, with all of its groups.',
      })
    }
    for (const group of groups) {
      if (!known.has(group)) throw groupNotFound(group, [...known.keys()])
      const owner = owners.get(group)
      if (owner !== undefined) {
        throw new InvalidRequestError({
          code: 'GROUP_NAMED_TWICE',
          message: `the group ${group} is named twice, for ${owner} and for ${name}`,
          remedy: 'A group runs exactly once: name it for one child.',
        })
      }
      owners.set(group, name)
    }
    children.set(name, { name, groups: [...groups] })
  }
  assignRest(workload.groups, owners, children, request.rest)
  for (const child of children.values()) {
    if (child.groups.length > 0) continue
    throw new InvalidRequestError({
      code: 'CHILD_EMPTY',
      message: `the child ${child.name} would get no group`,
      remedy: 'Name a group for it, or leave the child out.',
    })
  }
  return [...children.values()]
}

function assignRest(
  groups: readonly WorkloadGroup[],
  owners: ReadonlyMap<string, string>,
  children: ReadonlyMap<string, AssignedChild>,
  rest: string | undefined,
): void {
  if (rest !== undefined && !children.has(rest)) {
    throw new NotFoundError({
      code: 'CHILD_NOT_FOUND',
      message: `${rest}, which should get the rest, is none of the children`,
      remedy: `Name one of ${[...children.keys()].join(', ')}.`,
    })
  }
  const unassigned = groups.filter((group) => !owners.has(group.name))
  const running = unassigned.filter((group) => group.running)
  if (rest === undefined && running.length > 0) {
    throw new RefusedError({
      code: 'GROUP_UNASSIGNED',
      message: `no child gets ${running.map((group) => group.name).join(', ')}`,
      remedy: 'Name each group for a child, or name a child that gets the rest.',
    })
  }
  // What does not run can be started later, and then in one child only.
  const heir = children.get(rest ?? '') ?? [...children.values()][0]
  heir?.groups.push(...unassigned.map((group) => group.name))
}

/**
 * Largest set first, each to the child that it leaves least loaded (the LPT rule of multiprocessor scheduling,
 * Graham 1969). A child's load is the larger of its shares of all CPU and of all memory used.
 */
function assignBalanced(workload: Workload, into: number, parent: string): AssignedChild[] {
  checkChildCount(into)
  const total = {
    cpu: sum(workload.groups, (group) => group.cpuCores) || 1,
    memory: sum(workload.groups, (group) => group.memoryBytes) || 1,
  }
  const sets = bondedSets(workload).map((groups) => ({
    names: groups.map((group) => group.name),
    cpu: sum(groups, (group) => group.cpuCores) / total.cpu,
    memory: sum(groups, (group) => group.memoryBytes) / total.memory,
    running: groups.some((group) => group.running),
  }))
  const running = sets.filter((set) => set.running).length
  if (running < into) {
    throw new RefusedError({
      code: 'TOO_FEW_GROUPS',
      message: `${parent} has ${running} groups that can be parted, too few for ${into} children`,
      remedy: 'Split into fewer, or look at `cleave groups` for what couples them.',
    })
  }
  const load = (part: { cpu: number; memory: number }) => Math.max(part.cpu, part.memory)
  sets.sort((a, b) => Number(b.running) - Number(a.running) || load(b) - load(a))
  const children = Array.from({ length: into }, (_, index) => ({
    name: `${parent}-${index + 1}`,
    groups: [] as string[],
    cpu: 0,
    memory: 0,
  }))
  for (const [position, set] of sets.entries()) {
    const empty = children.filter((child) => child.groups.length === 0)
    // The last running sets are kept for the children that have none.
    const candidates = set.running && running - position <= empty.length ? empty : children
    const loadWith = (child: (typeof children)[number]) =>
      load({ cpu: child.cpu + set.cpu, memory: child.memory + set.memory })
    const least = candidates.reduce((best, child) => (loadWith(child) < loadWith(best) ? child : best))
    least.groups.push(...set.names)
    least.cpu += set.cpu
    least.memory += set.memory
  }
  for (const child of children) checkName(child.name, 'machine')
  return children.map(({ name, groups }) => ({ name, groups }))
}

function checkChildCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= mostChildren) return
  throw new InvalidRequestError({
    code: 'BAD_CHILD_COUNT',
    message: `${count} is not a number of children`,
    remedy: `Ask for 1 to ${mostChildren} children.`,
  })
}

function groupNotFound(group: string, known: readonly string[]): NotFoundError {
  return new NotFoundError({
    code: 'GROUP_NOT_FOUND',
    message: `there is no group ${JSON.stringify(group.slice(0, 100))}`,
    remedy: `The groups are ${known.join(', ')}.`,
  })
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0)
}
