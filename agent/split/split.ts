/** The guest's part of a stateful split. */
import { FailedError } from '../../proto/errors.ts'
import type { Occupancy } from '../group/control/occupancy.ts'
import type { SurveyGuest } from '../group/control/types.ts'
import type { GuestIdentity } from '../identity/types.ts'
import type { GuestSplit } from './types.ts'

export interface SplitOptions {
  survey: SurveyGuest
  occupancy: Occupancy
  identity: GuestIdentity
  /**
   * Where cgroup v2 is mounted.
   *
   * @default what /proc/self/mounts says
   */
  cgroupRoot?: string
  /**
   * The folder that paths such as /run/cleave are below.
   *
   * @default '/'
   */
  root?: string
}

/**
 * Reads the state of a split that was under way when the agent ended.
 *
 * @throws UnavailableError `NO_CGROUP2` when the guest has no cgroup v2
 */
export async function createSplit(_options: SplitOptions): Promise<GuestSplit> {
  throw new FailedError({ code: 'NOT_YET', message: 'split is being written', remedy: '' })
}
