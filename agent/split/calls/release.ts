import type { ReleaseRequest, ReleaseResponse } from '../../../proto/generated/messages.ts'
import { thawAll } from '../../group/control/freezing.ts'
import { thawGroup } from '../../group/control/thaw.ts'
import { admit, closeAdopter, pathsToThaw, type SplitContext } from '../context.ts'
import { clearFutureChildren } from '../future-children.ts'
import { withReleased } from '../state.ts'
import type { SplitOperation } from '../state-schema.ts'

/** See `GuestSplit.release`. */
export async function release(
  context: SplitContext,
  { operationId }: ReleaseRequest,
): Promise<ReleaseResponse> {
  const { tree, memory, occupancy } = context
  const { decision, current } = admit(context, 'release', operationId)
  if (decision === 'answer') {
    const former = memory.read().released.find(({ operation }) => operation === operationId)
    return { groups: former?.groups ?? [] }
  }
  const groups = current?.groups.map(({ name }) => name) ?? []
  if (current !== undefined) {
    await thawAll(tree, pathsToThaw(current.groups))
    if (current.phase === 'quiescing') await thawLeftovers(context, current)
    occupancy.unhold()
    await closeAdopter(context)
    clearFutureChildren(context.root)
  }
  memory.write(withReleased(memory.read(), operationId, groups))
  return { groups }
}

/** An agent that ended while it froze may not have written down all that it had moved and frozen. */
async function thawLeftovers({ tree, survey }: SplitContext, { groups }: SplitOperation): Promise<void> {
  const guest = await survey()
  for (const { name, cgroups } of groups) {
    if (!cgroups.some(({ wasFrozen }) => wasFrozen)) await thawGroup(tree, guest, name)
  }
}
