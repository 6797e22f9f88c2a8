import type { SettleRequest, SettleResponse } from '../../../proto/generated/messages.ts'
import { admitUnderWay, advance, foreignGroupsOf, pathsOf, type SplitContext } from '../context.ts'
import { endFrozen } from '../end-frozen.ts'
import { stopTriggers } from '../foreign-triggers.ts'
import { answerOf } from './adopt.ts'

/** See `GuestSplit.settle`. */
export async function settle(context: SplitContext, { operationId }: SettleRequest): Promise<SettleResponse> {
  const begin = performance.now()
  const { decision, current } = admitUnderWay(context, 'settle', operationId)
  if (decision === 'answer') return answerOf(current.answers.settle)

  const foreign = foreignGroupsOf(current)
  await endFrozen(context.tree, pathsOf(foreign))
  await stopTriggers({ root: context.root, units: context.units, foreign })
  const identity = await context.identity.settle()
  const settled = { identity, milliseconds: performance.now() - begin }
  advance(context, current, { phase: 'settled', answers: { ...current.answers, settle: settled } })
  return settled
}
