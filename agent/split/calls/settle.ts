import { FailedError } from '../../../proto/errors.ts'
import type { ForeignGroup, SettleRequest, SettleResponse } from '../../../proto/generated/messages.ts'
import { thawAll } from '../../group/control/freezing.ts'
import { runItem } from '../../identity/run-items.ts'
import { checkEntropy } from '../../identity/validate.ts'
import {
  admitUnderWay,
  advance,
  closeAdopter,
  foreignGroupsOf,
  ownGroups,
  pathsOf,
  pathsToThaw,
  type SplitContext,
} from '../context.ts'
import { endFrozen } from '../end-frozen.ts'
import { flushMarkers, isMarkable, markForeign } from '../foreign-markers.ts'
import { foreignUnits } from '../foreign-units.ts'
import { clearFutureChildren } from '../future-children.ts'
import { presentProcesses } from '../quiesced-groups.ts'
import type { QuiescedGroup } from '../state-schema.ts'

/** See `GuestSplit.settle`. */
export async function settle(
  context: SplitContext,
  { operationId, entropy }: SettleRequest,
): Promise<SettleResponse> {
  const begin = performance.now()
  checkEntropy(entropy)
  const { decision, current } = admitUnderWay(context, 'settle', operationId)
  if (decision === 'answer') return answerOf(current.answers.settle)

  await closeAdopter(context)
  const { root } = context
  const foreign = foreignGroupsOf(current).map((group) => ({
    ...group,
    processes: presentProcesses(group, context.tree.processes),
  }))
  const left = await endFrozen(context.tree, pathsOf(foreign))
  if (left.length > 0) throw stillRunning(left)
  // The adopter told the kernel, and did not wait until it was so.
  await thawAll(context.tree, pathsToThaw(ownGroups(current)))
  await flushMarkers(
    root,
    foreign.flatMap((group) => markForeign(root, group)),
  )
  const tidied = await runItem(foreignUnits, { root, units: context.units, foreign })
  const identity = await context.identity.settle(entropy)
  clearFutureChildren(root)
  const settled: SettleResponse = {
    identity: [...current.identity, ...identity, tidied],
    foreign: foreign.map(describe),
    milliseconds: performance.now() - begin,
  }
  advance(context, current, { phase: 'settled', answers: { ...current.answers, settle: settled } })
  return settled
}

function describe({ name, units, processes }: QuiescedGroup): ForeignGroup {
  return {
    group: name,
    units: units.filter(isMarkable),
    processes: processes.map(({ id, name }) => ({ id, name, ending: 'ENDING_KILLED' })),
  }
}

/** What was answered is written down in the same step as that it was done. */
function answerOf(answer: SettleResponse | undefined): SettleResponse {
  if (answer !== undefined) return answer
  throw new FailedError({
    code: 'BAD_SPLIT_STATE',
    message: 'the agent knows that it did this, but not what it answered',
    remedy: 'Restart cleave-agent in the guest.',
  })
}

function stillRunning(pids: readonly number[]): FailedError {
  return new FailedError({
    code: 'STILL_RUNNING',
    message: `processes of foreign groups, which are frozen, did not end: ${pids.slice(0, 20).join(', ')}`,
    remedy: 'Look for processes in uninterruptible sleep (state D), then try again.',
  })
}
