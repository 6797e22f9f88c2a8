import type { Child, QuiesceRequest, QuiesceResponse } from '../../../proto/generated/messages.ts'
import type { Freezing } from '../../adopter/plan.ts'
import { progressFile } from '../../adopter/progress.ts'
import { admit, advance, closeAdopter, pathsToThaw, type SplitContext } from '../context.ts'
import { clearFutureChildren, writeFutureChildren } from '../future-children.ts'
import { unitsOfUsers } from '../idle-units.ts'
import { groupPlanOf, refuseNetworkStorage } from '../plan.ts'
import { planAdoptions } from '../plan-adoption.ts'
import { type Quiesced, quiesceGroups } from '../quiesce-groups.ts'
import type { SplitOperation } from '../state-schema.ts'

/** See `GuestSplit.quiesce`. */
export async function quiesce(context: SplitContext, request: QuiesceRequest): Promise<QuiesceResponse> {
  const { survey, occupancy, identity, tree, memory, root } = context
  const { operationId, children } = request
  const plan = groupPlanOf(request)
  const { current } = admit(context, 'quiesce', operationId)
  const former = current?.groups ?? []

  const before = memory.read()
  occupancy.hold(operationId)
  await closeAdopter(context)
  try {
    const planChild = await identity.lookForChildren(children[0]?.identity?.network?.interface ?? '')
    const unitsByUser = await unitsOfUsers(context, plan)
    // Before the survey, which so sees what this starts.
    const adopter = context.startAdopter(progressFile(root, 'split'))
    context.adopter = adopter
    refuseNetworkStorage(await context.networkStorage())
    const quiesced = await quiesceGroups({ tree, survey, plan, unitsByUser, former })
    const operation = begin({ operationId, children, quiesced })
    const adoptions = planAdoptions({ operation, children, root, tree, planChild })
    adopter.tell({ operation: operationId, children: adoptions })
    await writeFutureChildren(root, adoptions)
    // From then on the host may have all frozen: a crash must not hide what.
    const { groups: found } = advance(context, operation, {})
    await adopter.listen(freezingOf(context, quiesced))
    return {
      groups: found.map(({ name, cgroups, processes }) => ({
        group: name,
        cgroups: cgroups.map(({ path }) => path),
        processes: processes.length,
      })),
    }
  } catch (error) {
    await closeAdopter(context)
    for (const path of pathsToThaw(former)) tree.freeze(path, false)
    memory.write(current === undefined ? before : { released: before.released })
    occupancy.unhold()
    clearFutureChildren(root)
    throw error
  }
}

function freezingOf({ tree }: SplitContext, { groups, known }: Quiesced): Freezing {
  const cgroups = groups.flatMap((group) =>
    group.cgroups.map((cgroup) => ({ ...cgroup, folder: tree.folder(cgroup.path) })),
  )
  return { cgroups, ...known }
}

function begin(of: { operationId: string; children: readonly Child[]; quiesced: Quiesced }): SplitOperation {
  return {
    operation: of.operationId,
    phase: 'quiesced',
    groups: of.quiesced.groups,
    children: of.children.map(({ name, groups }) => ({ name, groups })),
    identity: [],
    answers: { resumeMilliseconds: 0 },
  }
}
