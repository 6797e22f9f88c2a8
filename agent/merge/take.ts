import { NotFoundError } from '../../proto/errors.ts'
import type { GroupUnits, TakeGroupsRequest, TakeGroupsResponse } from '../../proto/generated/messages.ts'
import { startUnits } from '../group/control/start.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import { groupMark, unmark } from '../split/foreign-markers.ts'
import { checkGroupNames, checkOperation } from '../split/plan.ts'
import type { MergeContext } from './context.ts'
import { serviceAddressesOf } from './yield.ts'
import { forgetYielded, readYielded } from './yielded.ts'

/** See `GuestMerge.take`. */
export async function takeGroups(
  context: MergeContext,
  { operationId: operation, groups: given }: TakeGroupsRequest,
): Promise<TakeGroupsResponse> {
  const begin = performance.now()
  const { disks, identity, units, root } = context
  checkOperation(operation)
  checkGroupNames(given.map(({ group }) => group))
  const guest = await context.survey()
  const yielded = readYielded(root, operation)
  const groups = yielded?.map(({ name, units }) => ({ group: name, units })) ?? given
  // What it yielded itself may have run without a declaration, and ended for good.
  if (yielded === undefined) for (const { group } of groups) refuseUnknown(guest, group)
  const names = groups.map(({ group }) => group)
  await unmark(root, names.map(groupMark))
  const reports = await disks.mount(names)
  // Only now: a unit that something starts finds its disk.
  await unmark(root, yielded?.flatMap(({ held }) => held) ?? (await marksOf(context, guest, groups)))
  const addresses = await identity.serve({ came: serviceAddressesOf(guest.groups, names), gone: [] })
  const started: GroupUnits[] = []
  for (const { group, units: names } of groups) {
    started.push({ group, units: await startUnits(names, units) })
  }
  await forgetYielded(root, operation)
  return { groups: started, disks: reports, addresses, milliseconds: performance.now() - begin }
}

/** The units that a group has here, those that ran in the other machine, and what triggers them. */
async function marksOf(
  { units }: MergeContext,
  guest: GuestSurvey,
  groups: readonly GroupUnits[],
): Promise<string[]> {
  const known = groups.flatMap(({ group, units }) => [
    ...(guest.groups.find(({ name }) => name === group)?.units ?? []),
    ...units,
  ])
  const states = await units.show([...new Set(known)])
  return [...new Set([...known, ...states.flatMap(({ id, triggeredBy }) => [id, ...triggeredBy])])]
}

function refuseUnknown({ declarations }: GuestSurvey, group: string): void {
  if (declarations.some(({ name }) => name === group)) return
  throw new NotFoundError({
    code: 'GROUP_NOT_FOUND',
    message: `no file in this guest declares group ${group}`,
    remedy: `Give it the declaration, the units and the programs of ${group} first: /etc/cleave/groups.d/${group}.yaml`,
  })
}
