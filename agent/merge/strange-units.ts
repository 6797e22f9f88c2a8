/**
 * Which units a group can't have in the machine that it comes to. What ran in another machine is named by that one's guest: who is root
 * there must not choose what starts here. Pure.
 */
import { RefusedError } from '../../proto/errors.ts'
import { isNeverOfGroup } from '../group/infrastructure.ts'
import { isMarkable } from '../split/foreign-markers.ts'

/** What this guest says of units. */
export interface UnitClaims {
  /** By unit: the group that comes, and whose declaration names it or what it triggers. */
  declared: ReadonlyMap<string, string>
  /** By unit: the group that does not come, and whose declaration names it or what it triggers. */
  others: ReadonlyMap<string, string>
  /** Whose a foreign unit is. */
  markOf(unit: string): string | undefined
  /** Whose it may be. */
  owners: ReadonlySet<string>
  /** Tells units that every machine keeps for itself. */
  isInfrastructure(unit: string): boolean
}

/** @throws RefusedError `UNIT_NOT_OF_GROUP` */
export function refuseStrange(group: string, unit: string, claims: UnitClaims): void {
  const reason = whyStrange(unit, claims)
  if (reason === undefined) return
  throw new RefusedError({
    code: 'UNIT_NOT_OF_GROUP',
    message: `${unit} is said to have run as group ${group}, which can't have it: ${reason}`,
    remedy: `Find out why the source says so. When it is right, declare it here: /etc/cleave/groups.d/${group}.yaml`,
  })
}

/** Undefined for a unit that one of the groups that come may have. */
export function whyStrange(unit: string, claims: UnitClaims): string | undefined {
  const { declared, others, markOf, owners, isInfrastructure } = claims
  if (declared.has(unit)) return undefined
  if (!isMarkable(unit)) return 'no group has units of this kind'
  if (isInfrastructure(unit) || isNeverOfGroup(unit)) return 'it is of the system itself'
  const other = others.get(unit)
  if (other !== undefined) return `here it is declared for ${other}`
  const owner = markOf(unit)
  return owner === undefined || owners.has(owner) ? undefined : `here it is marked as one of ${owner}`
}
