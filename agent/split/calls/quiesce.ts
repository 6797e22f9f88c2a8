import type { Child, QuiesceRequest, QuiesceResponse } from '../../../proto/generated/messages.ts'
import { checkName } from '../../../proto/names.ts'
import { progressFile } from '../../adopter/progress.ts'
import { checkIdentity } from '../../identity/validate.ts'
import { admit, advance, closeAdopter, pathsToThaw, type SplitContext } from '../context.ts'
import { checkGroupNames } from '../plan.ts'
import { planAdoption } from '../plan-adoption.ts'
import { quiesceGroups } from '../quiesce-groups.ts'
import type { SplitOperation } from '../state-schema.ts'

/** See `GuestSplit.quiesce`. */
export async function quiesce(
  context: SplitContext,
  { operationId, children }: QuiesceRequest,
): Promise<QuiesceResponse> {
  const { survey, occupancy, identity, tree, memory, root } = context
  const groups = groupsOf(children)
  const { decision, current } = admit(context, 'quiesce', operationId)
  if (decision === 'answer' && current !== undefined) return answer(current)

  const before = memory.read()
  occupancy.hold(operationId)
  let operation = begin(operationId, children)
  try {
    const planChild = await identity.lookForChildren(children[0]?.identity?.network?.interface ?? '')
    // Before the survey, which so sees what this starts.
    context.adopter = context.startAdopter(progressFile(root, 'split'))
    const quiesced = await quiesceGroups({
      tree,
      survey,
      groups,
      former: current?.groups ?? [],
      remember(frozen) {
        operation = advance(context, operation, { groups: frozen })
      },
    })
    const frozenAt = performance.now()
    operation = { ...operation, groups: quiesced.groups }
    const { known } = quiesced.watch
    try {
      await context.adopter.load(planAdoption({ operation, children, root, tree, planChild, known: known() }))
    } catch (error) {
      for (const path of pathsToThaw(quiesced.groups)) tree.freeze(path, false)
      throw error
    }
    const quiesceMilliseconds = quiesced.milliseconds + performance.now() - frozenAt
    const answers = { ...operation.answers, quiesceMilliseconds }
    return answer(advance(context, operation, { phase: 'quiesced', answers }))
  } catch (error) {
    memory.write(current === undefined ? before : { released: before.released })
    occupancy.unhold()
    await closeAdopter(context)
    throw error
  }
}

/** @throws InvalidRequestError `BAD_IDENTITY`, `BAD_NAME`, `GROUP_NAMED_TWICE`, `TOO_MANY_GROUPS` */
function groupsOf(children: readonly Child[]): string[] {
  const groups = children.flatMap((child) => child.groups)
  checkGroupNames(groups)
  for (const { name, identity } of children) {
    checkName(name, 'child')
    checkIdentity(identity)
  }
  return groups
}

function begin(operation: string, children: readonly Child[]): SplitOperation {
  return {
    operation,
    phase: 'quiescing',
    groups: [],
    children: children.map(({ name, groups }) => ({ name, groups })),
    identity: [],
    answers: { quiesceMilliseconds: 0, resumeMilliseconds: 0 },
  }
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
