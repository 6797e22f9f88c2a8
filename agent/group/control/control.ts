/** Control of groups: the calls of the Groups service that change something. */
import type { ProcessId } from '../../../proto/generated/messages.ts'
import type { MountFor } from '../../disk/mount-for.ts'
import { createUnits, type Units } from '../../systemd/units.ts'
import { type CgroupTree, openCgroupTree } from './cgroup.ts'
import { freezeGroups } from './freezer.ts'
import { findGroup, membersOf } from './look-up.ts'
import type { Occupancy } from './occupancy.ts'
import { startGroup } from './start.ts'
import { terminateGroup } from './terminate.ts'
import { thawGroup } from './thaw.ts'
import type { GroupControl, SurveyGuest } from './types.ts'

export interface GroupControlOptions {
  survey: SurveyGuest
  occupancy: Occupancy
  /** @default the hierarchy that /proc/self/mounts names */
  tree?: CgroupTree
  /** @default systemd, where it runs */
  units?: Units
  /** Mounts what a group needs before it starts. @default groups have no disks */
  mountDisks?: MountFor
}

/** @throws UnavailableError `NO_CGROUP2` when the guest has no cgroup v2 */
export function createGroupControl(options: GroupControlOptions): GroupControl {
  const {
    survey,
    occupancy,
    tree = openCgroupTree(),
    units = createUnits(),
    mountDisks = async () => {},
  } = options

  return {
    freeze: ({ group }) =>
      occupancy.control(group, 'freeze', async () => {
        findGroup(await survey(), group)
        const frozen = await freezeGroups({ tree, survey, groups: [group] })
        return { frozen: idsOf(membersOf(frozen.survey, group)) }
      }),

    thaw: ({ group }) =>
      occupancy.control(group, 'thaw', async () => {
        const guest = await survey()
        findGroup(guest, group)
        return { thawed: idsOf(await thawGroup(tree, guest, group)) }
      }),

    terminate: ({ group, graceMilliseconds }, known) =>
      occupancy.control(group, 'terminate', () =>
        terminateGroup({ tree, survey, units, group, graceMilliseconds, known }),
      ),

    start: ({ group }) =>
      occupancy.control(group, 'start', () => startGroup({ survey, units, group, mountDisks })),
  }
}

function idsOf(processes: readonly { id: ProcessId | null }[]): ProcessId[] {
  return processes.flatMap(({ id }) => (id === null ? [] : [id]))
}
