import { RefusedError } from '../../proto/errors.ts'
import type {
  EndedProcess,
  Group,
  YieldGroupsRequest,
  YieldGroupsResponse,
} from '../../proto/generated/messages.ts'
import { findGroup } from '../group/control/look-up.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import { bequests } from '../split/bequest.ts'
import { mark } from '../split/foreign-markers.ts'
import { checkGroupNames, checkOperation } from '../split/plan.ts'
import type { MergeContext } from './context.ts'
import { stillRunning } from './still-running.ts'
import { restoreOwn, stopTaken, takenStill, withTakenMarks } from './taken-groups.ts'
import { type YieldedGroup, yieldedNotes } from './yielded.ts'

/** See `GuestMerge.yield`. */
export async function yieldGroups(
  context: MergeContext,
  request: YieldGroupsRequest,
): Promise<YieldGroupsResponse> {
  const begin = performance.now()
  const { control, disks, identity, root } = context
  const { operationId: operation, graceMilliseconds, freeDisks: free } = request
  checkOperation(operation)
  checkGroupNames(request.groups)
  const guest = await context.survey()
  const known = request.takesBack ? takenHere(guest, request, takenStill(root, operation)) : request
  const names = known.groups
  const decided = yieldedNotes.read(root, operation)?.groups ?? (await decide(context, known, guest))
  await yieldedNotes.store(root, { operation, groups: decided })
  const yielded = decided.filter(({ name }) => names.includes(name))
  // First, so that nothing starts again what ends.
  await mark(
    root,
    yielded.flatMap(({ name, held }) => held.map((one) => ({ name: one, data: `${name}\n` }))),
  )
  const endBegin = performance.now()
  const taken = await stopTaken(context, operation, request.takesBack ? names : [])
  const endings = await Promise.all(
    names.map((group) => control.terminate({ group, graceMilliseconds }, guest)),
  )
  const processes = endings.flatMap((ending) => ending.processes)
  refuseSurvivors(processes)
  await taken(graceMilliseconds)
  const endMilliseconds = performance.now() - endBegin
  const reports = await disks.unmount(names, { free })
  await identity.serve({ came: [], gone: serviceAddressesOf(guest.groups, names) })
  const failures = request.takesBack ? await restoreOwn(context, operation, yielded) : []
  return {
    groups: yielded.map(({ name, units }) => ({ group: name, units })),
    processes,
    disks: reports,
    endMilliseconds,
    failures,
    milliseconds: performance.now() - begin,
  }
}

/** Of a request that takes back: the groups that were taken and that this machine has heard of, all of which may end. */
function takenHere(
  guest: GuestSurvey,
  request: YieldGroupsRequest,
  taken: readonly string[],
): YieldGroupsRequest {
  const groups = request.groups.filter(
    (group) => taken.includes(group) && guest.groups.some(({ name }) => name === group),
  )
  return { ...request, groups, mayEnd: groups }
}

/** Changes nothing. */
async function decide(
  { units, root }: MergeContext,
  { operationId, groups: names, mayEnd, takesBack }: YieldGroupsRequest,
  guest: GuestSurvey,
): Promise<YieldedGroup[]> {
  if (!takesBack) {
    for (const name of names) refuseForeign(findGroup(guest, name))
    refuseCoupled(guest, names)
  }
  const moving = new Set(names)
  const plan = {
    grouping: 'GROUPING_COUPLING' as const,
    groups: names,
    companionsOf: () => moving,
    parted: moving,
  }
  const groups = await bequests({ survey: guest, plan, unitsByUser: new Map(), mayEnd, units })
  return withTakenMarks(root, operationId, groups)
}

/** With prefix length. */
function serviceAddressesOf(groups: readonly Group[], names: readonly string[]): string[] {
  return groups.filter(({ name }) => names.includes(name)).flatMap((group) => group.serviceAddresses)
}

function refuseForeign({ name, state }: Group): void {
  if (state !== 'GROUP_STATE_FOREIGN') return
  throw new RefusedError({
    code: 'FOREIGN_GROUP',
    message: `group ${name} belongs to another machine`,
    remedy: 'Merge it from the machine that it belongs to.',
  })
}

function refuseCoupled({ bonds }: GuestSurvey, names: readonly string[]): void {
  const parted = bonds.find(({ group, other }) => names.includes(group) !== names.includes(other))
  if (parted === undefined) return
  throw new RefusedError({
    code: 'GUEST_CHANGED',
    message: `${parted.group} and ${parted.other} are coupled, and only one of them would go: ${parted.reasons[0]?.evidence}`,
    remedy: 'List the groups again and make a new plan.',
  })
}

function refuseSurvivors(processes: readonly EndedProcess[]): void {
  const survivor = processes.find(({ ending }) => ending === 'ENDING_STILL_RUNNING')
  if (survivor !== undefined) throw stillRunning(`${survivor.name} (pid ${survivor.id?.pid})`)
}
