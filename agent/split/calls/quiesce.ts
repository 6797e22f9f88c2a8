import { isDeepStrictEqual } from 'node:util'
import type { Child, QuiesceRequest, QuiesceResponse } from '../../../proto/generated/messages.ts'
import { checkName } from '../../../proto/names.ts'
import { progressFile } from '../../adopter/progress.ts'
import { checkIdentity, checkUuid } from '../../identity/validate.ts'
import { admit, advance, closeAdopter, pathsOf, pathsToThaw, type SplitContext } from '../context.ts'
import { clearFutureChildren, writeFutureChildren } from '../future-children.ts'
import { checkGroupNames } from '../plan.ts'
import { planAdoptions } from '../plan-adoption.ts'
import { quiesceGroups } from '../quiesce-groups.ts'
import type { QuiescedGroup, SplitOperation } from '../state-schema.ts'

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
    const adopter = context.startAdopter(progressFile(root, 'split'))
    context.adopter = adopter
    const tell = async (planned: QuiescedGroup[]) => {
      const adoptions = planAdoptions({
        operation: { ...operation, groups: planned },
        children,
        root,
        tree,
        planChild,
      })
      adopter.tell({ operation: operationId, children: adoptions })
      await writeFutureChildren(root, adoptions)
    }
    let told: QuiescedGroup[] = []
    const quiesced = await quiesceGroups({
      tree,
      survey,
      groups,
      former: current?.groups ?? [],
      remember(frozen) {
        operation = advance(context, operation, { groups: frozen })
      },
      async beforeFreeze(planned) {
        told = planned
        await tell(planned)
      },
    })
    const frozenAt = performance.now()
    operation = { ...operation, groups: quiesced.groups }
    try {
      if (!isSamePlan(told, quiesced.groups)) await tell(quiesced.groups)
      const { processes, cgroups } = quiesced.watch.known()
      // What systemd puts into a frozen cgroup is frozen.
      await adopter.listen({ processes, cgroups: [...cgroups, ...pathsOf(quiesced.groups)] })
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
    clearFutureChildren(root)
    throw error
  }
}

/** Processes come and go; an adopter works on units and cgroups. */
function isSamePlan(one: readonly QuiescedGroup[], other: readonly QuiescedGroup[]): boolean {
  const shape = (groups: readonly QuiescedGroup[]) => groups.map(({ processes, ...rest }) => rest)
  return isDeepStrictEqual(shape(one), shape(other))
}

/** @throws InvalidRequestError `BAD_IDENTITY`, `BAD_NAME`, `GROUP_NAMED_TWICE`, `TOO_MANY_GROUPS` */
function groupsOf(children: readonly Child[]): string[] {
  const groups = children.flatMap((child) => child.groups)
  checkGroupNames(groups)
  for (const { name, identity, uuid } of children) {
    checkName(name, 'child')
    checkIdentity(identity)
    checkUuid(uuid)
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
