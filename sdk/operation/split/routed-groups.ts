/** Which children go on with which declared group. Pure. */
import type { Group } from '../../../proto/generated/messages.ts'
import type { RoutedGroup } from '../../planning/routes.ts'

export interface GroupToPart {
  group: RoutedGroup
  /** Names of the children that run it. */
  children: string[]
}

/**
 * Of what runs: nobody is led to a group that does not.
 *
 * @param options.listed by the grouping of the split; a user's group names the declared groups that are the user's
 */
export function groupsToPart(options: {
  declared: readonly Group[]
  listed: readonly Group[]
  children: readonly { name: string; groups: readonly string[] }[]
}): GroupToPart[] {
  const { declared, listed, children } = options
  const running = declared.filter(
    ({ state, processes }) => state !== 'GROUP_STATE_FOREIGN' && processes.length > 0,
  )
  return running.map(({ name, endpoints, serviceAddresses }) => {
    const owners = new Set(
      listed.filter((one) => one.declaredGroups.includes(name)).map((owner) => owner.name),
    )
    const isIn = (groups: readonly string[]) =>
      groups.some((group) => (owners.size === 0 ? group === name : owners.has(group)))
    return {
      group: { name, endpoints, serviceAddresses },
      children: children.filter(({ groups }) => isIn(groups)).map((child) => child.name),
    }
  })
}
