/** Control of groups: the calls of the Groups service that change something. */
import { FailedError } from '../../../proto/errors.ts'
import type { Occupancy } from './occupancy.ts'
import type { GroupControl, SurveyGuest } from './types.ts'

export interface GroupControlOptions {
  survey: SurveyGuest
  occupancy: Occupancy
  /**
   * Where cgroup v2 is mounted.
   *
   * @default what /proc/self/mounts says
   */
  cgroupRoot?: string
  /**
   * The folder that paths such as /var/lib/cleave are below.
   *
   * @default '/'
   */
  root?: string
}

/** @throws UnavailableError `NO_CGROUP2` when the guest has no cgroup v2 */
export async function createGroupControl(_options: GroupControlOptions): Promise<GroupControl> {
  throw new FailedError({ code: 'NOT_YET', message: 'group control is being written', remedy: '' })
}
