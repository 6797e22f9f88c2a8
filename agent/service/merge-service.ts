import { longestGraceMs } from '../../proto/deadlines.ts'
import type { MergeHandlers } from '../../proto/generated/messages.ts'
import type { GuestMerge } from '../merge/types.ts'
import type { Unary } from './unary.ts'

export function mergeService(unary: Unary, merge: GuestMerge): MergeHandlers {
  return {
    YieldGroups: unary(
      'yieldGroups',
      (request) => merge.yield(request),
      // 0 leaves it to each group's declaration, which keeps to the same bound.
      ({ graceMilliseconds }) => graceMilliseconds || longestGraceMs,
    ),
    TakeGroups: unary('takeGroups', (request) => merge.take(request)),
  }
}
