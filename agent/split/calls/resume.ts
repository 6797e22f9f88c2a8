import type { ResumeRequest, ResumeResponse } from '../../../proto/generated/messages.ts'
import { thawAll } from '../../group/control/freezing.ts'
import { admitUnderWay, advance, ownGroups, pathsToThaw, type SplitContext } from '../context.ts'

/** See `GuestSplit.resume`. */
export async function resume(context: SplitContext, { operationId }: ResumeRequest): Promise<ResumeResponse> {
  const begin = performance.now()
  const { decision, current } = admitUnderWay(context, 'resume', operationId)
  const groups = ownGroups(current).map(({ name }) => name)
  if (decision === 'answer') return { groups, milliseconds: current.answers.resumeMilliseconds }

  const operation = advance(context, current, { phase: 'resuming' })
  await thawAll(context.tree, pathsToThaw(ownGroups(operation)))
  const answers = { ...operation.answers, resumeMilliseconds: performance.now() - begin }
  advance(context, operation, { phase: 'resumed', answers })
  context.occupancy.unhold()
  return { groups, milliseconds: answers.resumeMilliseconds }
}
