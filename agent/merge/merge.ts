/** The guest's part of a merge. */
import type { GroupControl, SurveyGuest } from '../group/control/types.ts'
import type { GuestIdentity } from '../identity/types.ts'
import { createUnits, type Units } from '../systemd/units.ts'
import { createTurns } from '../turns.ts'
import type { MergeContext } from './context.ts'
import { takeGroups } from './take.ts'
import type { GroupDisks, GuestMerge } from './types.ts'
import { yieldGroups } from './yield.ts'

export interface MergeOptions {
  survey: SurveyGuest
  declarations: MergeContext['declarations']
  control: Pick<GroupControl, 'terminate'>
  disks: GroupDisks
  identity: Pick<GuestIdentity, 'serve' | 'refuseTaken'>
  isInfrastructure: MergeContext['isInfrastructure']
  /** @default systemd, where it runs */
  units?: Units
  /**
   * The folder that /var/lib/cleave is below.
   *
   * @default '/'
   */
  root?: string
}

export function createMerge({ units = createUnits(), root = '/', ...options }: MergeOptions): GuestMerge {
  const context: MergeContext = { ...options, units, root }
  const inTurn = createTurns()
  return {
    yield: (request) => inTurn(() => yieldGroups(context, request)),
    take: (request) => inTurn(() => takeGroups(context, request)),
  }
}
