import type { ReleaseRequest, ReleaseResponse } from '../../../proto/generated/messages.ts'
import { thawAll } from '../../group/control/freezing.ts'
import { admit, closeAdopter, pathsToThaw, type SplitContext } from '../context.ts'
import { clearFutureChildren } from '../future-children.ts'
import { withReleased } from '../state.ts'

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
    // First, so that it freezes nothing any more.
    await closeAdopter(context)
    await thawAll(tree, pathsToThaw(current.groups))
    occupancy.unhold()
  }
  const { current: other } = memory.read()
  // What another split that has not settled left there still keeps foreign groups from starting.
  if (other === current || other?.phase === 'settled') clearFutureChildren(context.root)
  memory.write(withReleased(memory.read(), operationId, groups))
  return { groups }
}
