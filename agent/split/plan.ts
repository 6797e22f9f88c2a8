/** Compares a split's plan with the guest as it is. Pure. */
import { InvalidRequestError, RefusedError } from '../../proto/errors.ts'
import type { Child } from '../../proto/generated/messages.ts'
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
function checkGroupNames(names: readonly string[]): void {
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

/**
 * @returns the names of all groups that the children have
 * @throws InvalidRequestError `BAD_IDENTITY`, `BAD_NAME`, `GROUP_NAMED_TWICE`, `TOO_MANY_GROUPS`
 */
export function groupsOfChildren(children: readonly Child[], replicated: readonly string[]): string[] {
  const once = children.flatMap((child) => child.groups).filter((group) => !replicated.includes(group))
  const groups = [...once, ...replicated]
  checkGroupNames(groups)
  for (const { name, identity, uuid } of children) {
    checkName(name, 'child')
    checkIdentity(identity)
    checkUuid(uuid)
  }
  return groups
}

/**
 * Every process of a workload must be in a group of the plan. A group of the plan that has ended meanwhile does no
 * harm.
 *
 * @throws RefusedError `GUEST_CHANGED`
 */
export function checkPlan({ processes }: GuestSurvey, planned: readonly string[]): void {
  const plan = new Set(planned)
  const outside = processes.find(({ group }) => group !== '' && !plan.has(group))
  if (outside === undefined) return
  const { name, id, group } = outside
  throw changed(`${name} (pid ${id?.pid}) runs in group ${group}, which the plan does not have`)
}

function changed(message: string): RefusedError {
  return new RefusedError({
    code: 'GUEST_CHANGED',
    message: `the guest is not as the plan has it: ${message}`,
    remedy: 'List the groups again and make a new plan.',
  })
}
