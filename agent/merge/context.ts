/** What the calls of a merge share. */

import type { GroupControl, SurveyGuest } from '../group/control/types.ts'
import type { Declaration } from '../group/declaration/types.ts'
import type { GuestIdentity } from '../identity/types.ts'
import type { Units } from '../systemd/units.ts'
import type { GroupDisks } from './types.ts'

export interface MergeContext {
  survey: SurveyGuest
  /** What the files of admins declare now. */
  declarations: () => readonly Pick<Declaration, 'name' | 'match' | 'start' | 'serviceAddress'>[]
  control: Pick<GroupControl, 'terminate'>
  disks: GroupDisks
  identity: Pick<GuestIdentity, 'serve' | 'refuseTaken'>
  units: Units
  /** Tells units that every machine keeps for itself. */
  isInfrastructure: (unit: string) => boolean
  /** The folder that /var/lib/cleave is below. */
  root: string
}
