import type { TakeGroupsResponse } from '../../../proto/generated/messages.ts'

/** Groups that did not run, and why their disks could not be mounted. Pure. */
export function unmountedGroups({
  disks,
}: Pick<TakeGroupsResponse, 'disks'>): { group: string; reason: string }[] {
  return disks
    .filter(({ mountPoint }) => mountPoint === '')
    .map(({ group, detail }) => ({ group, reason: detail }))
}
