/** What is foreign wherever a group is foreign. Pure. */
import type { GuestSurvey } from '../group/control/types.ts'
import { sharedUnits, wholeUnits } from '../group/control/whole-units.ts'
import type { Markable } from './foreign-markers.ts'
import type { UnitsByUser } from './idle-units.ts'
import type { GroupPlan } from './plan.ts'

export interface ClaimOptions {
  survey: GuestSurvey
  plan: GroupPlan
  unitsByUser: UnitsByUser
}

export interface Claim extends Markable {
  /** Those in which groups of other children run too: foreign to a child that has none of these groups. */
  sharedUnits: readonly string[]
}

/** Its own units, whether or not a process of them runs, and the names of groups. */
export function claimsIn({ survey, plan, unitsByUser }: ClaimOptions): (group: string) => Claim {
  // Of two in different children, each would make it foreign to the other's: it could start nowhere.
  const claimed = new Set(survey.groups.flatMap(({ units }) => units))
  const declaredOf = (name: string) =>
    survey.groups.find((group) => group.name === name)?.declaredGroups ?? []
  return (name) => ({
    name,
    // Shared with who goes where it goes, a unit is still foreign in every other child.
    units: wholeUnits(survey, name, {
      companions: plan.companionsOf(name),
      more: (unitsByUser.get(name) ?? []).filter((unit) => !claimed.has(unit)),
    }),
    sharedUnits: sharedUnits(survey, name, plan.companionsOf(name)),
    marks: plan.grouping === 'GROUPING_USER' ? declaredOf(name) : [name],
  })
}
