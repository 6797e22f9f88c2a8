import type { SettleRequest, SettleResponse } from '../../../proto/generated/messages.ts'
import { runItem } from '../../identity/run-items.ts'
import { admitUnderWay, advance, foreignGroupsOf, pathsOf, type SplitContext } from '../context.ts'
import { endFrozen } from '../end-frozen.ts'
import { foreignUnits } from '../foreign-units.ts'
import { answerOf } from './adopt.ts'

/** See `GuestSplit.settle`. */
export async function settle(context: SplitContext, { operationId }: SettleRequest): Promise<SettleResponse> {
  const begin = performance.now()
  const { decision, current } = admitUnderWay(context, 'settle', operationId)
  if (decision === 'answer') return answerOf(current.answers.settle)

  const foreign = foreignGroupsOf(current)
  await endFrozen(context.tree, pathsOf(foreign))
  const tidied = await runItem(foreignUnits, { root: context.root, units: context.units, foreign })
  const identity = await context.identity.settle()
  const settled = { identity: [...identity, tidied], milliseconds: performance.now() - begin }
  advance(context, current, { phase: 'settled', answers: { ...current.answers, settle: settled } })
  return settled
}
