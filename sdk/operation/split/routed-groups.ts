/** Which children go on with which declared group. Pure. */
import type { Group } from '../../../proto/generated/messages.ts'
import type { RoutedGroup } from '../../planning/routes.ts'

export interface GroupToPart {
  group: RoutedGroup
  /** Names of the children that get it. */
  children: string[]
  /** Nobody is led to a group that does not. */
  runs: boolean
}

/**
 * Of what is the parent's.
 *
 * @param options.listed by the grouping of the split; a user's group names the declared groups that are the user's
 */
export function groupsToPart(options: {
  declared: readonly Group[]
  listed: readonly Group[]
  children: readonly { name: string; groups: readonly string[] }[]
}): GroupToPart[] {
  const { declared, listed, children } = options
  const own = declared.filter(({ state }) => state !== 'GROUP_STATE_FOREIGN')
  return own.map(({ name, endpoints, serviceAddresses, processes }) => {
    const owners = new Set(
      listed.filter((one) => one.declaredGroups.includes(name)).map((owner) => owner.name),
    )
    const isIn = (groups: readonly string[]) =>
      groups.some((group) => (owners.size === 0 ? group === name : owners.has(group)))
    return {
      group: { name, endpoints, serviceAddresses },
      children: children.filter(({ groups }) => isIn(groups)).map((child) => child.name),
      runs: processes.length > 0,
    }
  })
}
