import type { Child, QuiesceRequest, QuiesceResponse } from '../../../proto/generated/messages.ts'
import { checkName } from '../../../proto/names.ts'
import type { Freezing } from '../../adopter/plan.ts'
import { progressFile } from '../../adopter/progress.ts'
import { checkIdentity, checkUuid } from '../../identity/validate.ts'
import { admit, advance, closeAdopter, pathsToThaw, type SplitContext } from '../context.ts'
import { clearFutureChildren, writeFutureChildren } from '../future-children.ts'
import { listUnitsByUser } from '../idle-units.ts'
import { checkGroupNames, companionsBy, type GroupPlan } from '../plan.ts'
import { planAdoptions } from '../plan-adoption.ts'
import { type Quiesced, quiesceGroups } from '../quiesce-groups.ts'
import type { SplitOperation } from '../state-schema.ts'

/** See `GuestSplit.quiesce`. */
export async function quiesce(context: SplitContext, request: QuiesceRequest): Promise<QuiesceResponse> {
  const { survey, occupancy, identity, tree, memory, root } = context
  const { operationId, children } = request
  const plan = planOf(request)
  const { current } = admit(context, 'quiesce', operationId)
  const former = current?.groups ?? []

  const before = memory.read()
  occupancy.hold(operationId)
  await closeAdopter(context)
  try {
    const planChild = await identity.lookForChildren(children[0]?.identity?.network?.interface ?? '')
    const isByUser = plan.grouping === 'GROUPING_USER'
    const unitsByUser = isByUser ? await listUnitsByUser(context.units, root) : new Map()
    // Before the survey, which so sees what this starts.
    const adopter = context.startAdopter(progressFile(root, 'split'))
    context.adopter = adopter
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

/** @throws InvalidRequestError `BAD_IDENTITY`, `BAD_NAME`, `GROUP_NAMED_TWICE`, `TOO_MANY_GROUPS` */
function planOf({ children, replicated, grouping }: QuiesceRequest): GroupPlan {
  const once = children.flatMap((child) => child.groups).filter((group) => !replicated.includes(group))
  const groups = [...once, ...replicated]
  checkGroupNames(groups)
  for (const { name, identity, uuid } of children) {
    checkName(name, 'child')
    checkIdentity(identity)
    checkUuid(uuid)
  }
  return {
    grouping: grouping === 'GROUPING_USER' ? grouping : 'GROUPING_COUPLING',
    groups,
    companionsOf: companionsBy(children, groups),
  }
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
