import type { QuiesceRequest, QuiesceResponse } from '../../../proto/generated/messages.ts'
import { admit, advance, type SplitContext } from '../context.ts'
import { checkGroupNames } from '../plan.ts'
import { quiesceGroups } from '../quiesce-groups.ts'
import { rehearse } from '../rehearse.ts'
import type { SplitOperation } from '../state-schema.ts'

/** See `GuestSplit.quiesce`. */
export async function quiesce(
  context: SplitContext,
  { operationId, groups }: QuiesceRequest,
): Promise<QuiesceResponse> {
  const { survey, occupancy, identity, tree, memory } = context
  checkGroupNames(groups)
  const { decision, current } = admit(context, 'quiesce', operationId)
  if (decision === 'answer' && current !== undefined) return answer(current)

  const before = memory.read()
  occupancy.hold(operationId)
  try {
    // Before the survey, which so sees what this starts.
    await identity.prepare()
    await rehearse({ tree, root: context.root })
    let operation = begin(operationId)
    const quiesced = await quiesceGroups({
      tree,
      survey,
      groups,
      former: current?.groups ?? [],
      remember(frozen) {
        operation = advance(context, operation, { groups: frozen })
      },
    })
    context.watch = quiesced.watch
    const answers = { ...operation.answers, quiesceMilliseconds: quiesced.milliseconds }
    return answer(advance(context, operation, { phase: 'quiesced', groups: quiesced.groups, answers }))
  } catch (error) {
    memory.write(current === undefined ? before : { released: before.released })
    occupancy.unhold()
    await identity.unprepare()
    throw error
  }
}

function begin(operation: string): SplitOperation {
  const answers = { quiesceMilliseconds: 0, resumeMilliseconds: 0 }
  return { operation, phase: 'quiescing', groups: [], own: [], foreign: [], answers }
}

function answer({ groups, answers }: SplitOperation): QuiesceResponse {
  return {
    groups: groups.map(({ name, cgroups, processes }) => ({
      group: name,
      cgroups: cgroups.map(({ path }) => path),
      processes: processes.length,
    })),
    milliseconds: answers.quiesceMilliseconds,
  }
}
