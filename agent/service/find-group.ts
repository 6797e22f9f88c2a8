import { NotFoundError } from '../../proto/errors.ts'
import type { Group } from '../../proto/generated/messages.ts'
import { checkName } from '../../proto/names.ts'

/**
 * @throws InvalidRequestError `BAD_NAME`
 * @throws NotFoundError `GROUP_NOT_FOUND`
 */
export function findGroup(groups: readonly Group[], name: string): Group {
  checkName(name, 'group')
  const group = groups.find((one) => one.name === name)
  if (group !== undefined) return group
  throw new NotFoundError({
    code: 'GROUP_NOT_FOUND',
    message: `there is no group ${name}`,
    remedy: 'List the groups of the machine and use one of their names.',
  })
}
