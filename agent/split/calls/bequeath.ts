import type { BequeathRequest, BequeathResponse, Child } from '../../../proto/generated/messages.ts'
import type { PlanChild } from '../../identity/plan-child.ts'
import { bequests } from '../bequest.ts'
import { admit, type SplitContext } from '../context.ts'
import { clearFutureChildren, type FutureChild, writeFutureChildren } from '../future-children.ts'
import { unitsOfUsers } from '../idle-units.ts'
import type { InheritedGroup } from '../inheritance.ts'
import { checkPlan, groupPlanOf } from '../plan.ts'

/** See `GuestSplit.bequeath`. */
export async function bequeath(
  context: SplitContext,
  { operationId, children, mayEnd, ...planned }: BequeathRequest,
): Promise<BequeathResponse> {
  const { identity, survey, units, root } = context
  const plan = groupPlanOf({ children, ...planned })
  admit(context, 'bequeath', operationId)
  const planChild = await identity.lookForChildren(children[0]?.identity?.network?.interface ?? '')
  const unitsByUser = await unitsOfUsers(context, plan)
  const guest = await survey(plan.grouping)
  checkPlan(guest, plan)
  const left = await bequests({ survey: guest, plan, unitsByUser, mayEnd, units })
  try {
    await writeFutureChildren(
      root,
      children.map((child) => futureChild({ child, operationId, left, planChild })),
    )
  } catch (error) {
    clearFutureChildren(root)
    throw error
  }
  return { groups: left.map(({ name, units }) => ({ group: name, units })) }
}

/** All groups are held in it, its own too: it may still be taken back when it has booted. */
function futureChild(of: {
  child: Child
  operationId: string
  left: readonly InheritedGroup[]
  planChild: PlanChild
}): FutureChild {
  const { child, operationId, left, planChild } = of
  const { name, uuid, identity } = child
  const marks = left.flatMap((group) => group.held.map((mark) => ({ name: mark, data: `${group.name}\n` })))
  return {
    uuid,
    marks,
    // Service addresses come with their groups, when these start.
    stored: identity === null ? undefined : planChild({ identity, own: [], foreign: [] }).stored,
    inheritance: {
      version: 1,
      operation: operationId,
      child: name,
      groups: left.filter((group) => child.groups.includes(group.name)),
    },
  }
}
