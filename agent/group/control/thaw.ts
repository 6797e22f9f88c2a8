/** Thaws one group. */
import type { Process } from '../../../proto/generated/messages.ts'
import type { CgroupTree } from './cgroup.ts'
import { notThawed, thawAll } from './freezing.ts'
import { membersOf } from './look-up.ts'
import { placeGroup } from './placement.ts'
import type { GuestSurvey } from './types.ts'

/**
 * Thaws the cgroups that hold nothing but this group; one that it shares was never frozen for it.
 *
 * @returns the processes that were frozen
 * @throws FailedError `NOT_THAWED`
 */
export async function thawGroup(tree: CgroupTree, survey: GuestSurvey, group: string): Promise<Process[]> {
  const members = membersOf(survey, group)
  const { cgroups } = placeGroup(group, members, survey.processes)
  const frozen = new Set(cgroups.filter((path) => tree.events(path)?.frozen === true))
  await thawAll(tree, [...frozen])
  const held = [...frozen].filter((path) => tree.isHeldFromAbove(path))
  if (held.length > 0) throw notThawed(held, 'because a cgroup above it is frozen')
  return members.filter((process) => frozen.has(process.cgroup))
}
