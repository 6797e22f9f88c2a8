/** Compares a split's plan with the guest as it is. Pure. */
import { InvalidRequestError, RefusedError } from '../../proto/errors.ts'
import type { Child, Grouping, QuiesceRequest } from '../../proto/generated/messages.ts'
import { checkName } from '../../proto/names.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import { checkIdentity, checkUuid } from '../identity/validate.ts'

// Ids of the host's operations, such as split-7f3a9c.
const operationPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const mostGroups = 1000

/** @throws InvalidRequestError `BAD_OPERATION_ID` */
export function checkOperation(operation: string): void {
  if (operationPattern.test(operation)) return
  throw new InvalidRequestError({
    code: 'BAD_OPERATION_ID',
    message: `operation id ${JSON.stringify(operation.slice(0, 100))} is not usable`,
    remedy: 'Use 1 to 100 letters, digits, dots, hyphens and underscores.',
  })
}

/** @throws InvalidRequestError `BAD_NAME`, `GROUP_NAMED_TWICE`, `TOO_MANY_GROUPS` */
export function checkGroupNames(names: readonly string[]): void {
  if (names.length > mostGroups) {
    throw new InvalidRequestError({
      code: 'TOO_MANY_GROUPS',
      message: `${names.length} groups are more than ${mostGroups}`,
      remedy: 'Join groups by declarations.',
    })
  }
  for (const name of names) checkName(name, 'group')
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new InvalidRequestError({
    code: 'GROUP_NAMED_TWICE',
    message: `group ${twice} is named twice`,
    remedy: 'Name each group once.',
  })
}

/** Which groups there are to be, and which of them go where. */
export interface GroupPlan {
  grouping: Grouping
  /** Each once. */
  groups: readonly string[]
  /** Those that go on in the same children, with the group itself. */
  companionsOf(group: string): ReadonlySet<string>
  /** Those that some child does not have. */
  parted: ReadonlySet<string>
}

/** The part of a request that says it. */
export type PlannedGroups = Pick<QuiesceRequest, 'children' | 'replicated' | 'grouping'>

export function companionsBy(
  children: readonly Pick<Child, 'groups'>[],
  groups: readonly string[],
): GroupPlan['companionsOf'] {
  const childrenOf = new Map(groups.map((group) => [group, '']))
  for (const [index, child] of children.entries()) {
    for (const group of child.groups) childrenOf.set(group, `${childrenOf.get(group) ?? ''} ${index}`)
  }
  const sets = Map.groupBy(groups, (group) => childrenOf.get(group) ?? '')
  const companions = new Map([...sets].map(([key, names]) => [key, new Set(names)]))
  return (group) => companions.get(childrenOf.get(group) ?? '') ?? new Set()
}

/**
 * @throws InvalidRequestError `BAD_IDENTITY`, `BAD_NAME`, `GROUP_NAMED_TWICE`, `TOO_MANY_GROUPS`
 */
export function groupPlanOf({ children, replicated, grouping }: PlannedGroups): GroupPlan {
  const once = children.flatMap((child) => child.groups).filter((group) => !replicated.includes(group))
  const groups = [...once, ...replicated]
  checkGroupNames(groups)
  for (const { name, identity, uuid } of children) {
    checkName(name, 'child')
    checkIdentity(identity)
    checkUuid(uuid)
  }
  return {
    grouping: grouping === 'GROUPING_USER' ? grouping : 'GROUPING_COUPLING',
    groups,
    companionsOf: companionsBy(children, groups),
    parted: new Set(groups.filter((name) => !children.every((child) => child.groups.includes(name)))),
  }
}

/**
 * Every process of a workload must be in a group of the plan, and groups that must stay together in the same children.
 * A group of the plan that has ended meanwhile does no harm.
 *
 * @throws RefusedError `GUEST_CHANGED`, `USER_MANAGED`
 */
export function checkPlan({ processes, bonds }: GuestSurvey, plan: GroupPlan): void {
  const { groups, companionsOf } = plan
  const planned = new Set(groups)
  const outside = processes.find(({ group }) => group !== '' && !planned.has(group))
  if (outside !== undefined) {
    const { name, id, group } = outside
    throw changed(`${name} (pid ${id?.pid}) runs in group ${group}, which the plan does not have`)
  }
  const parted = bonds.find(
    ({ group, other }) => planned.has(group) && planned.has(other) && !companionsOf(group).has(other),
  )
  if (parted !== undefined) {
    const { group, other, reasons } = parted
    throw changed(`${group} and ${other}, which it parts, are coupled: ${reasons[0]?.evidence}`)
  }
  refuseUserManaged(processes, plan)
}

/**
 * By coupling every child keeps the systemd of each user, which is nobody's workload, and which no mark of a unit keeps from
 * starting a foreign unit of the user's own again.
 */
function refuseUserManaged(processes: GuestSurvey['processes'], { grouping, parted }: GroupPlan): void {
  if (grouping === 'GROUPING_USER') return
  const managed = processes.find(
    ({ group, cgroup }) => parted.has(group) && /\/user@\d+\.service\//.test(cgroup),
  )
  if (managed === undefined) return
  throw new RefusedError({
    code: 'USER_MANAGED',
    message: `${managed.name} (pid ${managed.id?.pid}) of group ${managed.group} is run by the systemd of user ${managed.user}, which could start it again in other children`,
    remedy: 'Split by user (--by user), or let it run as a service of the system.',
  })
}

/**
 * Two copies that go on from memory would both be the one session with a server, and write the file system that both have in
 * memory.
 *
 * @throws RefusedError `NETWORK_STORAGE`
 */
export function refuseNetworkStorage(used: readonly string[]): void {
  if (used.length === 0) return
  throw new RefusedError({
    code: 'NETWORK_STORAGE',
    message: `copies of the guest would all write its storage by network: ${used.join('; ')}`,
    remedy:
      'End the groups that use it with `cleave group stop --unmount` and start them in their children, or let children boot with --way delta.',
  })
}

function changed(message: string): RefusedError {
  return new RefusedError({
    code: 'GUEST_CHANGED',
    message: `the guest is not as the plan has it: ${message}`,
    remedy: 'List the groups again and make a new plan.',
  })
}
