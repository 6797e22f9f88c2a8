import { setTimeout as delay } from 'node:timers/promises'
import { FailedError, RefusedError } from '../../proto/errors.ts'
import type {
  EndedProcess,
  Group,
  YieldGroupsRequest,
  YieldGroupsResponse,
} from '../../proto/generated/messages.ts'
import { findGroup } from '../group/control/look-up.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import { wholeUnits } from '../group/control/whole-units.ts'
import { bequests } from '../split/bequest.ts'
import { isMarkable, mark } from '../split/foreign-markers.ts'
import { checkGroupNames, checkOperation } from '../split/plan.ts'
import type { Units } from '../systemd/units.ts'
import type { MergeContext } from './context.ts'
import { restoreOwn, takenStill, withTaken } from './own-groups.ts'
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
  const stopping = request.takesBack ? await stopTaken(context, guest, yielded) : []
  const endings = await Promise.all(
    names.map((group) => control.terminate({ group, graceMilliseconds }, guest)),
  )
  const processes = endings.flatMap((ending) => ending.processes)
  refuseSurvivors(processes)
  await refuseStillUp(context, stopping, graceMilliseconds)
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
  context: MergeContext,
  { operationId, groups: names, mayEnd, takesBack }: YieldGroupsRequest,
  guest: GuestSurvey,
): Promise<YieldedGroup[]> {
  const { units } = context
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
  return withTaken(context, operationId, groups)
}

/** A timer has no process that would end, and a service between two tries has none either. */
async function stopTaken(
  { units }: MergeContext,
  guest: GuestSurvey,
  yielded: readonly YieldedGroup[],
): Promise<string[]> {
  const companions = new Set(yielded.map(({ name }) => name))
  const known = yielded.flatMap(({ name, held }) => wholeUnits(guest, name, { companions, more: held }))
  // systemd refuses to stop what it can't find.
  const up = await stillUp(units, known.filter(isMarkable))
  const stopping = up.map(({ id }) => id)
  await units.stopSoon(stopping)
  return stopping
}

const defaultStopMs = 15_000
const lookMs = 100

/** Units may do something yet when their processes have ended: for as long as these had. */
async function refuseStillUp(
  { units }: MergeContext,
  stopping: readonly string[],
  graceMilliseconds: number,
): Promise<void> {
  const deadline = performance.now() + (graceMilliseconds || defaultStopMs)
  for (;;) {
    const [up] = await stillUp(units, stopping)
    if (up === undefined) return
    if (performance.now() > deadline) throw stillRunning(`${up.id} is ${up.activeState}: it`)
    await delay(lookMs)
  }
}

async function stillUp(units: Units, names: readonly string[]) {
  const states = await units.show([...new Set(names)], ['id', 'activeState'])
  return states.filter(({ activeState }) => activeState !== 'inactive' && activeState !== 'failed')
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

function stillRunning(what: string): FailedError {
  return new FailedError({
    code: 'STILL_RUNNING',
    message: `${what} did not end`,
    remedy: 'See what it waits for (/proc/PID/stack in the guest), then try again.',
  })
}
