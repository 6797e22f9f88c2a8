import { CleaveError, RefusedError } from '../../../proto/errors.ts'
import type { InheritRequest, InheritResponse } from '../../../proto/generated/messages.ts'
import type { MountFor } from '../../disk/mount-for.ts'
import type { Units } from '../../systemd/units.ts'
import type { SplitContext } from '../context.ts'
import { markedGroups, unmark } from '../foreign-markers.ts'
import { type Inheritance, type InheritedGroup, readInheritance, storeInheritance } from '../inheritance.ts'
import { checkOperation } from '../plan.ts'

/** See `GuestSplit.inherit`. */
export async function inherit(
  { root, units, identity, mountDisks }: SplitContext,
  { operationId }: InheritRequest,
): Promise<InheritResponse> {
  const begin = performance.now()
  checkOperation(operationId)
  const inheritance = readInheritance(root)
  if (inheritance?.operation !== operationId) throw notBequeathed(operationId)
  if (inheritance.answer !== undefined) return inheritance.answer

  await unmark(
    root,
    inheritance.groups.flatMap(({ held }) => held),
  )
  // The addresses of its groups before the groups: what binds to one must find it.
  const items = await identity.applyStored()
  const { groups, failures } = await startAll({ units, mountDisks }, inheritance)
  const answer = { groups, failures, identity: items, milliseconds: performance.now() - begin }
  await storeInheritance(root, { ...inheritance, answer })
  return answer
}

/** One that does not start keeps no other from it. */
async function startAll(
  { units, mountDisks }: Pick<SplitContext, 'units' | 'mountDisks'>,
  { groups }: Inheritance,
): Promise<Pick<InheritResponse, 'groups' | 'failures'>> {
  const failures: InheritResponse['failures'] = []
  const started: InheritResponse['groups'] = []
  for (const group of groups) {
    const running: string[] = []
    const lacking = group.units.length === 0 ? undefined : await mountAll(mountDisks, group)
    for (const unit of group.units) {
      const reason = lacking ?? (await startOne(units, unit))
      if (reason === undefined) running.push(unit)
      else failures.push({ group: group.name, unit, reason })
    }
    started.push({ group: group.name, units: running })
  }
  return { groups: started, failures }
}

/** Answers why it can't start. A user's group has the disks of the declared groups that it holds. */
async function mountAll(mountDisks: MountFor, { held }: InheritedGroup): Promise<string | undefined> {
  try {
    for (const group of markedGroups(held)) await mountDisks(group)
    return undefined
  } catch (error) {
    if (error instanceof CleaveError) return error.message
    throw error
  }
}

/** Answers why it did not start. */
async function startOne(units: Units, unit: string): Promise<string | undefined> {
  try {
    await units.start(unit)
    const [state] = await units.show([unit], ['conditionMet'])
    if (state?.conditionMet === false) return 'a condition of its unit file is not met'
    return undefined
  } catch (error) {
    if (error instanceof CleaveError) return error.message
    throw error
  }
}

function notBequeathed(operation: string): RefusedError {
  return new RefusedError({
    code: 'NOT_BEQUEATHED',
    message: `split ${operation} left nothing to this guest`,
    remedy: 'Ask the agent of a child that booted from the disk of the parent of that split.',
  })
}
