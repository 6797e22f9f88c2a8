/** Which groups a split parts: those by coupling, or one for each user. Pure. */
import { InvalidRequestError } from '../../proto/errors.ts'
import type { BalancedAssignment, ChosenAssignment, NamedAssignment, SplitRequest } from './assignment.ts'
import type { Workload } from './workload.ts'

/** What makes a group (docs/groups.md). */
export type SplitGrouping = 'coupling' | 'user'

/** Of what a request is to be given the workload. */
export function groupingOf(request: SplitRequest): SplitGrouping {
  return typeof request === 'function' ? 'coupling' : (request.grouping ?? 'coupling')
}

/**
 * The assignment that is asked for, or chosen.
 *
 * @throws InvalidRequestError `OTHER_GROUPING` when a function was given groups of another kind than it speaks of
 */
export function choose(request: SplitRequest, workload: Workload): NamedAssignment | BalancedAssignment {
  const grouping = groupingOf(request)
  const chosen = isChosen(request) ? functionOf(request)(workload) : request
  if ((chosen.grouping ?? grouping) === grouping) return chosen
  throw new InvalidRequestError({
    code: 'OTHER_GROUPING',
    message: `the function was given groups by ${grouping}, and answered with groups by ${chosen.grouping}`,
    remedy: `Ask with { grouping: '${chosen.grouping}', choose: (workload) => … }.`,
  })
}

function isChosen(request: SplitRequest): request is ChosenAssignment {
  return typeof request === 'function' || 'choose' in request
}

function functionOf(request: ChosenAssignment) {
  return typeof request === 'function' ? request : request.choose
}
