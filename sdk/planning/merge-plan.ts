/** The plan of a merge: what would happen, decided before anything does. Pure. */
import { InvalidRequestError, NotFoundError, RefusedError } from '../../proto/errors.ts'
import type { Group, ListGroupsResponse } from '../../proto/generated/messages.ts'
import { type MergedGroup, refuseConflicts } from './merge-conflicts.ts'

export interface MergeRequest {
  /** Machines that give groups away. */
  sources: readonly string[]
  /** Which groups move. @default all that the sources have */
  groups?: readonly string[]
  /**
   * Whether groups may be ended and started again: what they have in memory is lost, and connections end. Not asked of groups that
   * declare themselves `stateless`, or of which nothing runs.
   *
   * @default false
   */
  restart?: boolean
  /** Groups that may end for good, as nothing starts their processes again. @default none */
  mayEnd?: readonly string[]
  /** Whether the destination gets the processors and the memory of sources that end. @default false */
  resources?: boolean
  /** Whether sources that have nothing left stay as they are. @default false: they are ended and deleted */
  keep?: boolean
  /** End whoever still holds a disk when its group has ended. @default false */
  freeDisks?: boolean
}

/** A machine as a plan sees it. */
export interface MergeParty {
  name: string
  cpus: number
  memoryMiB: number
  /** Names, which are serial numbers, of the disks of this host that are plugged into it. */
  disks: readonly string[]
  listed: Pick<ListGroupsResponse, 'groups' | 'bonds'>
}

export interface PlannedSource {
  name: string
  groups: string[]
  /** Disks of this host that move with them. */
  disks: string[]
  /** Groups that end here because the destination runs the same already. */
  joined: string[]
  /** Groups that end for good, because nothing starts them. */
  ending: string[]
  /** Declared groups that it keeps, also when nothing of them runs now, and others that run. */
  left: string[]
  /** Nothing is left in it, and it is ended and deleted. */
  ends: boolean
}

export interface MergePlan {
  destination: string
  sources: PlannedSource[]
  resources: MergedResources
}

export interface MergedResources {
  cpusBefore: number
  cpusAfter: number
  memoryMiBBefore: number
  memoryMiBAfter: number
}

const mostSources = 64

/**
 * Plans a merge.
 *
 * @param sources in the order of the request
 * @throws InvalidRequestError `NOTHING_TO_MERGE`, `SAME_MACHINE`, `MACHINE_NAMED_TWICE`
 * @throws NotFoundError `GROUP_NOT_FOUND`
 * @throws RefusedError `COUPLED`, `NOT_DECLARED`, `NOT_RESTARTABLE`, `STATEFUL`, and what refuseConflicts throws
 */
export function planMerge(
  destination: MergeParty,
  sources: readonly MergeParty[],
  request: MergeRequest,
): MergePlan {
  checkParties(destination, sources)
  const moving = sources.map((source) => ({ source, groups: movingGroups(source, request) }))
  checkFound(moving, request)
  const merged = moving.flatMap(({ source, groups }) =>
    groups.map((group): MergedGroup => ({ machine: source.name, group })),
  )
  for (const { source, groups } of moving) refuseParting(source, groups)
  const here = new Map(destination.listed.groups.map((group) => [group.name, group]))
  const mayEnd = new Set(request.mayEnd)
  const ending = merged.filter(({ group }) => mayEnd.has(group.name) && !isDeclared(group))
  const rest = merged.filter((one) => !ending.includes(one))
  for (const one of rest) refuseUnstartable(one, here.get(one.group.name), destination.name, mayEnd)
  const joined = rest.filter(({ group }) => isJoined(group, here.get(group.name)))
  const carried = rest.filter((one) => !joined.includes(one))
  refuseConflicts(carried, destination)
  if (request.restart !== true) refuseStateful(carried)

  const planned = moving.map(({ source, groups }): PlannedSource => {
    const namesOf = (some: readonly MergedGroup[]) =>
      some.filter(({ machine }) => machine === source.name).map(({ group }) => group.name)
    const left = ownGroups(source)
      .filter(
        (group) => (isDeclared(group) || runs(group)) && !groups.some(({ name }) => name === group.name),
      )
      .map(({ name }) => name)
    return {
      name: source.name,
      groups: namesOf(carried),
      disks: groups.flatMap(({ disks }) =>
        disks.flatMap(({ serial }) => (source.disks.includes(serial) ? [serial] : [])),
      ),
      joined: namesOf(joined),
      ending: namesOf(ending),
      left,
      ends: request.keep !== true && left.length === 0,
    }
  })
  return {
    destination: destination.name,
    sources: planned,
    resources: resourcesOf(destination, sources, planned, request.resources === true),
  }
}

/** Foreign ones belong to another machine. */
function ownGroups({ listed }: MergeParty): Group[] {
  return listed.groups.filter(({ state }) => state !== 'GROUP_STATE_FOREIGN')
}

function movingGroups(source: MergeParty, { groups }: MergeRequest): Group[] {
  return ownGroups(source).filter(({ name }) => groups === undefined || groups.includes(name))
}

const isDeclared = ({ origin }: Group) => origin === 'GROUP_ORIGIN_DECLARED'
const runs = ({ processes }: Group) => processes.length > 0

/** A copy that runs in both, such as one that an earlier split replicated: it keeps nothing that could move. */
function isJoined(group: Group, here: Group | undefined): boolean {
  if (here === undefined || !runs(here) || here.state === 'GROUP_STATE_FOREIGN') return false
  return group.stateless && group.disks.length === 0 && group.serviceAddresses.length === 0
}

function checkParties(destination: MergeParty, sources: readonly MergeParty[]): void {
  const names = sources.map(({ name }) => name)
  if (names.length === 0 || names.length > mostSources) {
    throw new InvalidRequestError({
      code: 'NOTHING_TO_MERGE',
      message: `${names.length} machines can't be merged`,
      remedy: `Name 1 to ${mostSources} machines whose groups are to move.`,
    })
  }
  if (names.includes(destination.name)) {
    throw new InvalidRequestError({
      code: 'SAME_MACHINE',
      message: `${destination.name} can't be merged into itself`,
      remedy: 'Name other machines to merge into it.',
    })
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new InvalidRequestError({
    code: 'MACHINE_NAMED_TWICE',
    message: `${twice} is named twice`,
    remedy: 'Name each machine once.',
  })
}

function checkFound(moving: readonly { source: MergeParty; groups: Group[] }[], request: MergeRequest): void {
  const found = new Set(moving.flatMap(({ groups }) => groups.map(({ name }) => name)))
  for (const name of request.groups ?? []) {
    if (found.has(name)) continue
    const known = moving.flatMap(({ source }) => ownGroups(source).map((group) => group.name))
    throw new NotFoundError({
      code: 'GROUP_NOT_FOUND',
      message: `none of the machines has a group ${name}`,
      remedy: `They have ${[...new Set(known)].join(', ') || 'none'}.`,
    })
  }
  if (found.size > 0) return
  throw new InvalidRequestError({
    code: 'NOTHING_TO_MERGE',
    message: `${moving.map(({ source }) => source.name).join(', ')} has no group that could move`,
    remedy: 'See what it has with: cleave groups VM',
  })
}

function refuseParting({ name, listed: { bonds } }: MergeParty, groups: readonly Group[]): void {
  const moves = (of: string) => groups.some((group) => group.name === of)
  const parted = bonds.filter(({ group, other }) => moves(group) !== moves(other))
  if (parted.length === 0) return
  const pairs = parted.map(
    ({ group, other, reasons }) => `${group} and ${other} (${reasons[0]?.evidence ?? 'declared'})`,
  )
  throw new RefusedError({
    code: 'COUPLED',
    message: `coupled groups of ${name} would be parted: ${pairs.join('; ')}`,
    remedy: 'Move them together, or declare `apart` in a group file when the coupling may be cut.',
  })
}

function refuseUnstartable(
  { machine, group }: MergedGroup,
  here: Group | undefined,
  destination: string,
  mayEnd: ReadonlySet<string>,
): void {
  const { name } = group
  if (!isDeclared(group) || here === undefined || !isDeclared(here)) {
    throw new RefusedError({
      code: 'NOT_DECLARED',
      message: `nothing would start ${name} of ${machine} again: ${isDeclared(group) ? destination : machine} has no declaration of it`,
      remedy: isDeclared(group)
        ? `Give ${destination} the group's file, units and programs first.`
        : `Declare the group, or let it end for good with --may-end ${name}.`,
    })
  }
  if (group.unrestartable.length === 0 || mayEnd.has(name)) return
  throw new RefusedError({
    code: 'NOT_RESTARTABLE',
    message: `${name} of ${machine} has processes that no unit of its own starts: ${group.unrestartable
      .slice(0, 5)
      .map(({ pid }) => pid)
      .join(', ')}`,
    remedy: `Declare the units that start them, or allow that they end with --may-end ${name}.`,
  })
}

function refuseStateful(carried: readonly MergedGroup[]): void {
  const stateful = carried.filter(({ group }) => runs(group) && !group.stateless)
  if (stateful.length === 0) return
  throw new RefusedError({
    code: 'STATEFUL',
    message: `${stateful.map(({ group }) => group.name).join(', ')} would be ended and started again, and lose what is only in memory`,
    remedy: 'Allow it with --restart, or declare `stateless: true` for groups that lose nothing.',
  })
}

function resourcesOf(
  { cpus, memoryMiB }: MergeParty,
  sources: readonly MergeParty[],
  planned: readonly PlannedSource[],
  moves: boolean,
): MergedResources {
  const ended = sources.filter((_, index) => moves && planned[index]?.ends === true)
  return {
    cpusBefore: cpus,
    cpusAfter: ended.reduce((sum, source) => sum + source.cpus, cpus),
    memoryMiBBefore: memoryMiB,
    memoryMiBAfter: ended.reduce((sum, source) => sum + source.memoryMiB, memoryMiB),
  }
}
