import { FailedError } from '../../../proto/errors.ts'
import type { AdoptRequest, AdoptResponse } from '../../../proto/generated/messages.ts'
import { checkIdentity } from '../../identity/validate.ts'
import { adoptChild } from '../adopt-child.ts'
import { admitUnderWay, advance, foreignGroupsOf, ownGroups, pathsOf, type SplitContext } from '../context.ts'
import { checkGroupNames, checkNoWorkload, checkParts } from '../plan.ts'
import type { SplitOperation } from '../state-schema.ts'

/** See `GuestSplit.adopt`. */
export async function adopt(
  context: SplitContext,
  { operationId, ownGroups: own, foreignGroups: foreign, identity }: AdoptRequest,
): Promise<AdoptResponse> {
  const begin = performance.now()
  checkGroupNames([...own, ...foreign])
  checkIdentity(identity)
  const { decision, current } = admitUnderWay(context, 'adopt', operationId)
  if (decision === 'answer') return answerOf(current.answers.adopt)

  const frozen = current.groups.map(({ name }) => name)
  checkParts(frozen, own, foreign)
  await checkNobodyStarted(context, current)
  const operation = advance(context, current, { phase: 'adopting', own, foreign })
  const adopted = await adoptChild({
    root: context.root,
    tree: context.tree,
    identity: context.identity,
    own: ownGroups(operation),
    foreign: foreignGroupsOf(operation),
    machine: identity,
  })
  const adoptAnswer = { ...adopted, milliseconds: performance.now() - begin }
  const answers = { ...operation.answers, adopt: adoptAnswer }
  advance(context, operation, { phase: 'adopted', answers })
  return adoptAnswer
}

/** What systemd started between the last look of the quiesce and the copy runs in every child. */
async function checkNobodyStarted({ watch, survey, tree }: SplitContext, { phase, groups }: SplitOperation) {
  // A repeated adopt may meet what it has itself set going.
  if (phase === 'adopting' || watch === undefined) return
  const late = watch.outsiders(() => pathsOf(groups).flatMap((path) => tree.processes(path)))
  if (late.length > 0) checkNoWorkload((await survey()).processes, late)
}

/** What was answered is written down in the same step as that it was done. */
export function answerOf<Answer>(answer: Answer | undefined): Answer {
  if (answer !== undefined) return answer
  throw new FailedError({
    code: 'BAD_SPLIT_STATE',
    message: 'the agent knows that it did this, but not what it answered',
    remedy: 'Take the split back.',
  })
}
