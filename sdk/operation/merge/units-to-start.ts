/** What the destination of a merge is to start. Pure. */
import type { GroupUnits, YieldGroupsResponse } from '../../../proto/generated/messages.ts'
import type { PlannedSource } from '../../planning/merge-plan.ts'

/**
 * The groups that come, and which units of them ran. Each source has a say in its own groups alone, whatever else it answers.
 *
 * @param yielded by the name of the source
 */
export function unitsToStart(
  sources: readonly Pick<PlannedSource, 'name' | 'groups'>[],
  yielded: ReadonlyMap<string, Pick<YieldGroupsResponse, 'groups'>>,
): GroupUnits[] {
  return sources.flatMap(({ name, groups }) => {
    const answered = yielded.get(name)?.groups ?? []
    return groups.map((group) => ({
      group,
      units: answered.find((one) => one.group === group)?.units ?? [],
    }))
  })
}
