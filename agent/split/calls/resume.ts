import type { ResumeRequest, ResumeResponse } from '../../../proto/generated/messages.ts'
import { thawAll } from '../../group/control/freezing.ts'
import {
  admitUnderWay,
  advance,
  foreignGroupsOf,
  ownGroups,
  pathsOf,
  pathsToThaw,
  type SplitContext,
} from '../context.ts'
import { endFrozen } from '../end-frozen.ts'
import type { SplitOperation } from '../state-schema.ts'

/** See `GuestSplit.resume`. */
export async function resume(context: SplitContext, { operationId }: ResumeRequest): Promise<ResumeResponse> {
  const begin = performance.now()
  const { decision, current } = admitUnderWay(context, 'resume', operationId)
  if (decision === 'answer') return answer(current)

  const operation = advance(context, current, { phase: 'resuming' })
  await thawAll(context.tree, pathsToThaw(ownGroups(operation)))
  const answers = { ...operation.answers, resumeMilliseconds: performance.now() - begin }
  const resumed = advance(context, operation, { phase: 'resumed', answers })
  context.watch = undefined
  context.occupancy.unhold()
  // What systemd started there since stays frozen and is not a matter of time.
  await endFrozen(context.tree, pathsOf(foreignGroupsOf(operation)))
  return answer(resumed)
}

function answer({ own, answers }: SplitOperation): ResumeResponse {
  return { groups: own, milliseconds: answers.resumeMilliseconds }
}
