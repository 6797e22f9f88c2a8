/** What a split should make, as people type it. Pure. */
import { InvalidRequestError } from '../../../proto/errors.ts'
import type {
  BalancedAssignment,
  ChildRequest,
  NamedAssignment,
  SplitTerms,
} from '../../planning/assignment.ts'
import type { Measure } from '../../planning/balance.ts'
import type { SplitGrouping } from '../../planning/grouping.ts'
import type { AssignmentRules } from '../../planning/rules.ts'
import type { Way } from '../../planning/way.ts'
import { checkGiven, configurationOf, type GivenConfiguration } from './child-configuration.ts'

/** As the options of `cleave split` come. */
export interface SplitOptions {
  child?: readonly ChildRequest[]
  rest?: string
  into?: number
  measure?: Measure
  by?: SplitGrouping
  way?: Way
  mayEnd?: readonly string[]
  childrenPerImage?: number
  /** Each of these adds to the configuration of children. */
  cpus?: readonly GivenConfiguration[]
  memory?: readonly GivenConfiguration[]
  disk?: readonly GivenConfiguration[]
  kernelParameters?: readonly GivenConfiguration[]
  toBridge?: readonly GivenConfiguration[]
  gateway?: readonly GivenConfiguration[]
  address?: readonly GivenConfiguration[]
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
  options: SplitOptions,
  rules?: AssignmentRules,
): NamedAssignment | BalancedAssignment {
  checkUsage(options)
  const { child = [], rest, into, measure } = options
  const terms = termsOf(options, rules)
  const given = givenBy(options)
  if (into !== undefined) {
    checkGiven(given, [])
    const configuration = configurationOf(given, '')
    const differs = Object.keys(configuration).length > 0
    return { into, ...(measure && { measure }), ...(differs && { configuration }), ...terms }
  }
  const named = child.some(({ name }) => name === rest) || rest === undefined
  const all = named ? child : [...child, { name: rest, groups: [] }]
  checkGiven(
    given,
    all.map(({ name }) => name),
  )
  const children = all.map((one) => ({ ...one, ...configurationOf(given, one.name) }))
  return { children, ...(rest !== undefined && { rest }), ...terms }
}

function termsOf(
  { way, by, mayEnd, childrenPerImage }: SplitOptions,
  rules: AssignmentRules | undefined,
): SplitTerms {
  return {
    ...(way && { way }),
    ...(by && { grouping: by }),
    ...(mayEnd && { mayEnd }),
    ...(childrenPerImage !== undefined && { childrenPerImage }),
    ...(rules && { rules }),
  }
}

function givenBy(options: SplitOptions): GivenConfiguration[] {
  const { cpus = [], memory = [], disk = [], kernelParameters = [], toBridge = [], gateway = [] } = options
  return [cpus, memory, disk, kernelParameters, toBridge, gateway, options.address ?? []].flat()
}

function checkUsage({ child = [], rest, into, measure, address = [] }: SplitOptions): void {
  const named = child.length > 0 || rest !== undefined
  if (named === (into !== undefined)) {
    throw usage(
      named ? '--into chooses the children, so none can be named' : 'nothing says into what to split',
      'Name children with --child (and --rest), or give their number with --into.',
    )
  }
  if (measure !== undefined && into === undefined) {
    throw usage(
      '--measure says what --into spreads, and there is no --into',
      'Leave it out, or give the number of children with --into.',
    )
  }
  if (address.some((one) => one.child === undefined)) {
    throw usage('an address is for one child', 'Give the child, too: --address front=10.77.0.40/24')
  }
}

function usage(message: string, remedy: string): InvalidRequestError {
  return new InvalidRequestError({ code: 'USAGE', message, remedy })
}
