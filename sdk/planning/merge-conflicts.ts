/** What two groups can't have in one machine. Pure. */
import { RefusedError } from '../../proto/errors.ts'
import type { Group } from '../../proto/generated/messages.ts'
import type { MergeParty } from './merge-plan.ts'

export interface MergedGroup {
  /** That it comes from. */
  machine: string
  group: Group
}

interface Claim extends MergedGroup {
  /** For people, such as `mount point /srv/data`. */
  what: string
}

/**
 * @param carried groups that come to the destination
 * @throws RefusedError `GROUP_RUNS_THERE`; `MERGE_CONFLICT` names what two groups want
 */
export function refuseConflicts(carried: readonly MergedGroup[], destination: MergeParty): void {
  const { name: machine, listed } = destination
  refuseDoubles(carried, destination)
  const moving = new Set(carried.map(({ group }) => group.name))
  // What does not run there may still be started: it keeps what it declares.
  const staying = listed.groups
    .filter(({ name, state }) => state !== 'GROUP_STATE_FOREIGN' && !moving.has(name))
    .map((group) => ({ machine, group }))
  const owners = new Map<string, Claim>()
  for (const claim of [...staying, ...carried].flatMap(claimsOf)) {
    const owner = owners.get(claim.what) ?? claim
    owners.set(claim.what, owner)
    if (owner.machine === claim.machine) continue
    throw new RefusedError({
      code: 'MERGE_CONFLICT',
      message: `${owner.group.name} of ${owner.machine} and ${claim.group.name} of ${claim.machine} both want ${claim.what}`,
      remedy: 'Leave one of them out (--groups), or change its declaration.',
    })
  }
}

/** The same group from two machines, or where it runs already. */
function refuseDoubles(carried: readonly MergedGroup[], { name: destination, listed }: MergeParty): void {
  const from = new Map<string, string>()
  for (const { machine, group } of carried) {
    const here = listed.groups.find(({ name }) => name === group.name)
    const runsThere = here !== undefined && here.state !== 'GROUP_STATE_FOREIGN' && here.processes.length > 0
    const other = from.get(group.name) ?? (runsThere ? destination : undefined)
    from.set(group.name, machine)
    if (other === undefined) continue
    throw new RefusedError({
      code: 'GROUP_RUNS_THERE',
      message: `${group.name} runs in ${other} and in ${machine}: one machine can have it once`,
      remedy: `End one of them first, with \`cleave group stop\`, or declare it \`stateless: true\` when they are the same.`,
    })
  }
}

function claimsOf({ machine, group }: MergedGroup): Claim[] {
  const wanted = [
    ...group.disks.flatMap(({ serial, uuid, mountPoint, iscsi, nfs }) => [
      `mount point ${mountPoint}`,
      ...(serial === '' ? [] : [`disk ${serial}`]),
      ...(uuid === '' ? [] : [`disk ${uuid.toLowerCase()}`]),
      ...(iscsi === null ? [] : [`LUN ${iscsi.lun} of ${iscsi.name}`]),
      ...(nfs === '' ? [] : [`${nfs} at ${mountPoint}`]),
    ]),
    ...group.endpoints.map(({ protocol, port }) => `port ${protocol}/${port}`),
    ...group.serviceAddresses.map((address) => `address ${address.split('/')[0]}`),
  ]
  return wanted.map((what) => ({ machine, group, what }))
}
