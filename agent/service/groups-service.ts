import { longestGraceMs } from '../../proto/deadlines.ts'
import { InvalidRequestError } from '../../proto/errors.ts'
import type { GroupsHandlers, MayPartRequest, MayPartResponse } from '../../proto/generated/messages.ts'
import type { GuestDisks } from '../disk/types.ts'
import type { GroupControl } from '../group/control/types.ts'
import { reasonsAgainstParting } from '../group/grouping/reasons.ts'
import { findGroup } from './find-group.ts'
import type { ServedSurvey, TakeSurvey } from './survey.ts'
import type { Unary } from './unary.ts'

export interface GroupsServiceOptions {
  survey: TakeSurvey
  control: GroupControl
  disks: GuestDisks
}

export function groupsService(
  unary: Unary,
  { survey, control, disks }: GroupsServiceOptions,
): GroupsHandlers {
  return {
    ListGroups: unary('listGroups', async ({ grouping }) => {
      const { groups, processes, edges, bonds, problems } = await survey(
        grouping === 'GROUPING_UNSPECIFIED' ? undefined : grouping,
      )
      return { groups, processes, edges, bonds, problems, networkStorage: await disks.networkStorage() }
    }),
    MayPart: unary('mayPart', async (request) => mayPart(await survey(), request)),
    FreezeGroup: unary('freezeGroup', (request) => control.freeze(request)),
    ThawGroup: unary('thawGroup', (request) => control.thaw(request)),
    TerminateGroup: unary(
      'terminateGroup',
      (request) => {
        checkGrace(request.graceMilliseconds)
        return control.terminate(request)
      },
      // 0 leaves it to the group's declaration, which keeps to the same bound.
      ({ graceMilliseconds }) => graceMilliseconds || longestGraceMs,
    ),
    StartGroup: unary('startGroup', (request) => control.start(request)),
  }
}

function mayPart({ groups, bonds }: ServedSurvey, request: MayPartRequest): MayPartResponse {
  const group = findGroup(groups, request.group)
  const other = findGroup(groups, request.other)
  if (group === other) {
    throw new InvalidRequestError({
      code: 'SAME_GROUP',
      message: `group ${group.name} was named twice`,
      remedy: 'Name two different groups.',
    })
  }
  const reasons = reasonsAgainstParting(bonds, group.name, other.name)
  return { mayPart: reasons.length === 0, reasons }
}

function checkGrace(milliseconds: number): void {
  if (milliseconds <= longestGraceMs) return
  throw new InvalidRequestError({
    code: 'BAD_GRACE',
    message: `a grace of ${milliseconds} ms is longer than ${longestGraceMs} ms`,
    remedy: 'Give less time; what has not ended by then is killed.',
  })
}
