/** What a split should make, as people type it. Pure. */
import { InvalidRequestError } from '../../../proto/errors.ts'
import type { BalancedAssignment, ChildRequest, NamedAssignment } from '../../planning/assignment.ts'
import type { Measure } from '../../planning/balance.ts'
import type { SplitGrouping } from '../../planning/grouping.ts'
import type { AssignmentRules } from '../../planning/rules.ts'

/** As the options of `cleave split` come. */
export interface SplitOptions {
  child?: readonly ChildRequest[]
  rest?: string
  into?: number
  measure?: Measure
  by?: SplitGrouping
}

/**
 * Reads `NAME=GROUP,GROUP` and adds it to the children named before.
 *
 * @throws InvalidRequestError `BAD_CHILD`
 */
export function parseChild(text: string, before: readonly ChildRequest[] = []): ChildRequest[] {
  const separator = text.indexOf('=')
  const name = text.slice(0, separator)
  const groups = text.slice(separator + 1).split(',')
  if (separator < 1 || groups.includes('')) {
    throw new InvalidRequestError({
      code: 'BAD_CHILD',
      message: `${JSON.stringify(text.slice(0, 100))} does not say which child gets which groups`,
      remedy: 'Give a name and its groups: --child front=shop,cart',
    })
  }
  return [...before, { name, groups }]
}

/**
 * A child that gets the rest need not be named by another option.
 *
 * @throws InvalidRequestError `USAGE` when nothing, or both ways at once, is asked for
 */
export function toSplitRequest(
  { child = [], rest, into, measure, by }: SplitOptions,
  rules?: AssignmentRules,
): NamedAssignment | BalancedAssignment {
  const named = child.length > 0 || rest !== undefined
  if (named === (into !== undefined)) {
    throw new InvalidRequestError({
      code: 'USAGE',
      message: named
        ? '--into chooses the children, so none can be named'
        : 'nothing says into what to split',
      remedy: 'Name children with --child (and --rest), or give their number with --into.',
    })
  }
  if (measure !== undefined && into === undefined) {
    throw new InvalidRequestError({
      code: 'USAGE',
      message: '--measure says what --into spreads, and there is no --into',
      remedy: 'Leave it out, or give the number of children with --into.',
    })
  }
  const more = { ...(rules && { rules }), ...(by && { grouping: by }) }
  if (into !== undefined) return { into, ...(measure && { measure }), ...more }
  if (rest === undefined) return { children: child, ...more }
  const children = child.some(({ name }) => name === rest) ? child : [...child, { name: rest, groups: [] }]
  return { children, rest, ...more }
}
