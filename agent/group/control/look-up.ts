/** Finds groups in a survey. Pure. */
import { NotFoundError } from '../../../proto/errors.ts'
import type { Group, Process } from '../../../proto/generated/messages.ts'
import { checkName } from '../../../proto/names.ts'
import type { GuestSurvey } from './types.ts'

/**
 * @throws InvalidRequestError `BAD_NAME`
 * @throws NotFoundError `GROUP_NOT_FOUND`
 */
export function findGroup(survey: GuestSurvey, name: string): Group {
  checkName(name, 'group')
  const group = survey.groups.find((candidate) => candidate.name === name)
  if (group !== undefined) return group
  throw new NotFoundError({
    code: 'GROUP_NOT_FOUND',
    message: `the guest has no group ${name}`,
    remedy: 'List the groups of the guest and use one of their names.',
  })
}

/** The processes of a group, empty for one that does not run. */
export function membersOf(survey: GuestSurvey, group: string): Process[] {
  return survey.processes.filter((process) => process.group === group)
}
