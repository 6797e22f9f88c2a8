/** What an assignment has to keep to, beside coupling. Pure. */
import { InvalidRequestError, NotFoundError, RefusedError } from '../../proto/errors.ts'
import type { Workload } from './workload.ts'

/** All names are names of groups. */
export interface AssignmentRules {
  /** Groups that get the same child, whether or not they are coupled. @default none */
  together?: readonly (readonly string[])[]
  /** Groups of which no two get the same child. @default none */
  apart?: readonly (readonly string[])[]
  /**
   * Groups that may be named for several children: each of those goes on with a copy. Only for services that keep no state
   * of their own, write no disk of their own and have no service address. @default none
   */
  replicated?: readonly string[]
  /** Groups like those, that every child runs. @default none */
  everyChild?: readonly string[]
  /** How much more a group counts than was measured: 2 is twice as much. @default 1 for each */
  weights?: Readonly<Record<string, number>>
}

/**
 * @throws NotFoundError `GROUP_NOT_FOUND`
 * @throws InvalidRequestError `BAD_WEIGHT`
 * @throws RefusedError `NOT_REPLICABLE` for a group with a service address, or with a disk that it writes
 */
export function checkRules(rules: AssignmentRules, workload: Workload): void {
  const { together = [], apart = [], replicated = [], everyChild = [], weights = {} } = rules
  const several = [...replicated, ...everyChild]
  const known = new Map(workload.groups.map((group) => [group.name, group]))
  for (const name of [...together.flat(), ...apart.flat(), ...several, ...Object.keys(weights)]) {
    if (!known.has(name)) throw groupNotFound(name, [...known.keys()])
  }
  for (const [name, weight] of Object.entries(weights)) {
    if (!(weight > 0 && weight <= mostWeight)) throw badWeight(name, weight)
  }
  for (const name of several) {
    const { serviceAddress, writtenPlaces = [] } = known.get(name) ?? {}
    if (serviceAddress) throw servesAlone(name, serviceAddress)
    const [place] = writtenPlaces
    if (place !== undefined) throw writesAlone(name, place)
  }
}

const mostWeight = 1000

/**
 * Checks all children with all of their groups, also those that several run.
 *
 * @throws RefusedError `RULE_BROKEN`
 */
export function checkAgainstRules(
  children: readonly { name: string; groups: readonly string[] }[],
  { together = [], apart = [] }: AssignmentRules,
): void {
  for (const child of children) {
    const has = (name: string) => child.groups.includes(name)
    const parted = together.find((names) => names.some(has) && !names.every(has))
    if (parted !== undefined) throw ruleBroken(`${parted.join(', ')} have to stay together`, child.name)
    const joined = apart.find((names) => names.filter(has).length > 1)
    if (joined !== undefined) throw ruleBroken(`${joined.join(', ')} have to be kept apart`, child.name)
  }
}

export function groupNotFound(group: string, known: readonly string[]): NotFoundError {
  return new NotFoundError({
    code: 'GROUP_NOT_FOUND',
    message: `there is no group ${JSON.stringify(group.slice(0, 100))}`,
    remedy: `The groups are ${known.join(', ')}.`,
  })
}

function badWeight(group: string, weight: number): InvalidRequestError {
  return new InvalidRequestError({
    code: 'BAD_WEIGHT',
    message: `${weight} is no weight of the group ${group}`,
    remedy: `Give a number above 0, at most ${mostWeight}.`,
  })
}

function servesAlone(group: string, address: string): RefusedError {
  return new RefusedError({
    code: 'NOT_REPLICABLE',
    message: `${group} can't run in several children: it has the service address ${address}, which one machine alone can have`,
    remedy: 'Take it out of the rules, or its address out of its group file.',
  })
}

function writesAlone(group: string, place: string): RefusedError {
  return new RefusedError({
    code: 'NOT_REPLICABLE',
    message: `${group} can't run in several children: it writes the disk at ${place}, which one machine alone can do`,
    remedy:
      'Take it out of the rules, or its disks out of its group file. One that it only reads may stay with the option ro.',
  })
}

function ruleBroken(rule: string, child: string): RefusedError {
  return new RefusedError({
    code: 'RULE_BROKEN',
    message: `${rule}, and on ${child} they would not`,
    remedy: 'Name other children for them, or change the rules.',
  })
}
