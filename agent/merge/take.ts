import { CleaveError, NotFoundError } from '../../proto/errors.ts'
import type {
  DiskReport,
  GroupUnits,
  TakeGroupsRequest,
  TakeGroupsResponse,
  UnitFailure,
} from '../../proto/generated/messages.ts'
import { allDone } from '../all-done.ts'
import { startAll, startUnits } from '../group/control/start.ts'
import { groupMark, unmark } from '../split/foreign-markers.ts'
import { checkGroupNames, checkOperation } from '../split/plan.ts'
import type { MergeContext } from './context.ts'
import { noteTaken } from './taken-groups.ts'
import type { GroupDisks } from './types.ts'
import { yieldedNotes } from './yielded.ts'

type Declared = ReturnType<MergeContext['declarations']>

/** See `GuestMerge.take`. */
export async function takeGroups(
  context: MergeContext,
  { operationId: operation, groups: given }: TakeGroupsRequest,
): Promise<TakeGroupsResponse> {
  const begin = performance.now()
  const { declarations, disks, identity, units, root } = context
  checkOperation(operation)
  checkGroupNames(given.map(({ group }) => group))
  // Not a look at all processes: none of these runs here, and it would hold up who waits for them.
  const declared = declarations()
  const note = yieldedNotes.read(root, operation)
  if (note?.back !== undefined)
    return { ...note.back, disks: [], addresses: [], milliseconds: performance.now() - begin }
  const yielded = note?.groups
  const groups = yielded?.map(({ name, units }) => ({ group: name, units })) ?? given
  // What it yielded itself may have run without a declaration, and ended for good.
  if (yielded === undefined) for (const { group } of groups) refuseUnknown(declared, group)
  const marks =
    yielded?.flatMap(({ held }) => held) ??
    (await noteTaken(context, operation, groups)).groups.flatMap((group) => group.marks)
  const names = groups.map(({ group }) => group)
  const came = declared.flatMap(({ name, serviceAddress }) =>
    names.includes(name) && serviceAddress !== '' ? [serviceAddress] : [],
  )
  const [, reports] = await allDone([
    // First: these marks are gone at once, and for good when the disks are mounted.
    unmark(root, names.map(groupMark)),
    mountDisks(disks, groups),
    identity.refuseTaken(came),
  ])
  // Only now: a unit that something starts finds its disk.
  await unmark(root, marks)
  const addresses = await identity.serve({ came, gone: [] })
  const isBack = yielded !== undefined
  const started = await allDone(groups.map((one) => startGroup(units, one, { isBack })))
  const answer = {
    groups: started.map(({ group, units }) => ({ group, units })),
    failures: started.flatMap(({ failures }) => failures),
  }
  if (note !== undefined) await yieldedNotes.store(root, { ...note, back: answer })
  return { ...answer, disks: reports, addresses, milliseconds: performance.now() - begin }
}

/** What comes back has nowhere else to run: a unit that does not start is told of, and keeps no other from it. */
async function startGroup(
  units: MergeContext['units'],
  { group, units: own }: GroupUnits,
  { isBack }: { isBack: boolean },
): Promise<GroupUnits & { failures: UnitFailure[] }> {
  if (!isBack) return { group, units: await startUnits(own, units), failures: [] }
  const { started, failures } = await startAll(own, units)
  return { group, units: started, failures: failures.map((failure) => ({ group, ...failure })) }
}

const unmounted = {
  mountPoint: '',
  device: '',
  foundMilliseconds: 0,
  checkedMilliseconds: 0,
  milliseconds: 0,
}

/**
 * What did not run may never have had its disks, or nothing on them yet: they are mounted where that can be done, and the
 * answer says where it can't.
 */
async function mountDisks(disks: GroupDisks, groups: readonly GroupUnits[]): Promise<DiskReport[]> {
  const [ran, rested] = [true, false].map((isRunning) =>
    groups.filter(({ units }) => units.length > 0 === isRunning).map(({ group }) => group),
  )
  const reports = await disks.mount(ran ?? [])
  for (const group of rested ?? []) {
    try {
      reports.push(...(await disks.mount([group], { waitMilliseconds: 1 })))
    } catch (error) {
      if (!(error instanceof CleaveError)) throw error
      reports.push({ ...unmounted, group, detail: error.message })
    }
  }
  return reports
}

function refuseUnknown(declared: Declared, group: string): void {
  if (declared.some(({ name }) => name === group)) return
  throw new NotFoundError({
    code: 'GROUP_NOT_FOUND',
    message: `no file in this guest declares group ${group}`,
    remedy: `Give it the declaration, the units and the programs of ${group} first: /etc/cleave/groups.d/${group}.yaml`,
  })
}
