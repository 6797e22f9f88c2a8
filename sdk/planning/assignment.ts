/** Which group goes to which child. Pure: the same workload and request give the same assignment. */

import { InvalidRequestError, NotFoundError, RefusedError } from '../../proto/errors.ts'
import { checkName } from '../../proto/names.ts'
import { balance, type Measure } from './balance.ts'
import type { ChildConfiguration } from './configuration.ts'
import type { SplitGrouping } from './grouping.ts'
import { type AssignmentRules, checkAgainstRules, checkRules, groupNotFound } from './rules.ts'
import type { Way } from './way.ts'
import type { Workload, WorkloadGroup } from './workload.ts'

/** A child as its caller wants it. */
export interface ChildRequest extends ChildConfiguration {
  /** The name of the new machine. */
  name: string
  groups: readonly string[]
}

/** What a split is asked for, however its children are chosen. */
export interface SplitTerms {
  /** @default 'fork'; 'suspend' where that can't be had, and the plan says why */
  way?: Way
  /** What makes a group. @default 'coupling' */
  grouping?: SplitGrouping
  /**
   * Groups that a stateless split may end for good: nothing starts their processes again when a child boots.
   *
   * @default none: such a group is refused
   */
  mayEnd?: readonly string[]
  /**
   * How many children of a split by delta are based on one image at most: for each further image the parent's disk is copied, so that
   * not all of them read from one place. @default all on the parent's disk
   */
  childrenPerImage?: number
  rules?: AssignmentRules
}

/** The children by name, each with its groups. */
export interface NamedAssignment extends SplitTerms {
  children: readonly ChildRequest[]
  /** The child that gets every group that no child names. @default none: such a group is refused when it runs */
  rest?: string
}

/** That many children, each with its share. */
export interface BalancedAssignment extends SplitTerms {
  into: number
  /** Its share of what: measured CPU and memory, or the number of processes. @default 'use' */
  measure?: Measure
  /** Of each child. @default the parent's */
  configuration?: Omit<ChildConfiguration, 'address'>
}

/** Children that a program chooses. Called with what runs; it must be quick, and is called for a plan, too. */
export type Choose = (workload: Workload) => NamedAssignment | BalancedAssignment

/** The groups that the function is given are by coupling unless it says otherwise. */
export type ChosenAssignment = Choose | { grouping?: SplitGrouping; choose: Choose }

export type SplitRequest = NamedAssignment | BalancedAssignment | ChosenAssignment

export interface AssignedChild {
  name: string
  groups: string[]
}

/** More children than this at once is a slip of the finger, not a plan. */
export const mostChildren = 64

/**
 * Assigns every group of the workload to exactly one child, but for those that rules let run in several.
 *
 * @param parent the name of the machine that is split; balanced children are called PARENT-1, PARENT-2, …
 * @throws InvalidRequestError `BAD_NAME`, `CHILD_NAMED_TWICE`, `GROUP_NAMED_TWICE`, `BAD_CHILD_COUNT`, `CHILD_EMPTY`
 * @throws NotFoundError `GROUP_NOT_FOUND`, `CHILD_NOT_FOUND`
 * @throws RefusedError `GROUP_UNASSIGNED`, `TOO_FEW_GROUPS`, `RULE_BROKEN`, `RULES_CONFLICT`, and what checkRules throws
 */
export function assign(
  workload: Workload,
  request: NamedAssignment | BalancedAssignment,
  parent: string,
): AssignedChild[] {
  const children =
    'into' in request ? assignBalanced(workload, request, parent) : assignByName(workload, request)
  checkAgainstRules(children, request.rules ?? {})
  return children
}

function assignByName(workload: Workload, request: NamedAssignment): AssignedChild[] {
  checkChildCount(request.children.length)
  const { rules = {} } = request
  checkRules(rules, workload)
  const onEvery = new Set(rules.everyChild)
  const mayRepeat = new Set(rules.replicated)
  const known = new Map(workload.groups.map((group) => [group.name, group]))
  const children = new Map<string, AssignedChild>()
  const owners = new Map<string, string>()
  for (const { name, groups } of request.children) {
    checkName(name, 'machine')
    if (children.has(name)) {
      throw new InvalidRequestError({
        code: 'CHILD_NAMED_TWICE',
        message: `the child ${name} is named twice`,
        remedy: 'Name each child once, with all of its groups.',
      })
    }
    for (const group of groups) {
      if (!known.has(group)) throw groupNotFound(group, [...known.keys()])
      const owner = owners.get(group)
      if (owner !== undefined && (owner === name || !mayRepeat.has(group)) && !onEvery.has(group)) {
        throw new InvalidRequestError({
          code: 'GROUP_NAMED_TWICE',
          message: `the group ${group} is named twice, for ${owner} and for ${name}`,
          remedy: 'A group runs exactly once: name it for one child. A rule can make it `replicated`.',
        })
      }
      owners.set(group, name)
    }
    children.set(name, { name, groups: groups.filter((group) => !onEvery.has(group)) })
  }
  const others = workload.groups.filter((group) => !onEvery.has(group.name))
  assignRest(others, owners, children, request.rest)
  for (const child of children.values()) child.groups.push(...onEvery)
  for (const child of children.values()) {
    if (child.groups.length > 0) continue
    throw new InvalidRequestError({
      code: 'CHILD_EMPTY',
      message: `the child ${child.name} would get no group`,
      remedy: 'Name a group for it, or leave the child out.',
    })
  }
  return [...children.values()]
}

function assignRest(
  groups: readonly WorkloadGroup[],
  owners: ReadonlyMap<string, string>,
  children: ReadonlyMap<string, AssignedChild>,
  rest: string | undefined,
): void {
  if (rest !== undefined && !children.has(rest)) {
    throw new NotFoundError({
      code: 'CHILD_NOT_FOUND',
      message: `${rest}, which should get the rest, is none of the children`,
      remedy: `Name one of ${[...children.keys()].join(', ')}.`,
    })
  }
  const unassigned = groups.filter((group) => !owners.has(group.name))
  const running = unassigned.filter((group) => group.running)
  if (rest === undefined && running.length > 0) {
    throw new RefusedError({
      code: 'GROUP_UNASSIGNED',
      message: `no child gets ${running.map((group) => group.name).join(', ')}`,
      remedy: 'Name each group for a child, or name a child that gets the rest.',
    })
  }
  // What does not run can be started later, and then in one child only.
  const heir = children.get(rest ?? '') ?? [...children.values()][0]
  heir?.groups.push(...unassigned.map((group) => group.name))
}

function assignBalanced(workload: Workload, request: BalancedAssignment, parent: string): AssignedChild[] {
  const { into, measure = 'use', rules = {} } = request
  checkChildCount(into)
  checkRules(rules, workload)
  const shares = balance(workload, { into, measure, rules, parent })
  const children = shares.map((groups, index) => ({ name: `${parent}-${index + 1}`, groups }))
  for (const child of children) {
    checkName(child.name, 'machine')
    child.groups.push(...(rules.everyChild ?? []))
  }
  return children
}

function checkChildCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= mostChildren) return
  throw new InvalidRequestError({
    code: 'BAD_CHILD_COUNT',
    message: `${count} is not a number of children`,
    remedy: `Ask for 1 to ${mostChildren} children.`,
  })
}
