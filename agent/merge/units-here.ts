/** The units that groups have in the machine that they come to. */
import type { GroupUnits } from '../../proto/generated/messages.ts'
import { groupMark, markOwner } from '../split/foreign-markers.ts'
import type { Units } from '../systemd/units.ts'
import type { MergeContext } from './context.ts'
import { refuseStrange, type UnitClaims, whyStrange } from './strange-units.ts'

type Declared = ReturnType<MergeContext['declarations']>[number]

/**
 * By all names that systemd has for them: those of the groups' declarations, those that ran in the other machine, and what triggers
 * them. What triggers them comes first.
 *
 * @param groups with the units that ran in the other machine
 * @returns the group of each
 * @throws RefusedError `UNIT_NOT_OF_GROUP`
 */
export async function unitsHere(
  context: MergeContext,
  groups: readonly GroupUnits[],
): Promise<Map<string, string>> {
  const { units } = context
  const declarations = Map.groupBy(context.declarations(), ({ name }) =>
    groups.some(({ group }) => group === name) ? 'coming' : 'others',
  )
  const declared = await namesOf(units, declarations.get('coming') ?? [])
  const undeclared = groups.flatMap(({ group, units: ran }) =>
    ran.filter((unit) => !declared.has(unit)).map((unit) => ({ group, unit })),
  )
  if (undeclared.length === 0) return declared

  const others = await namesOf(units, declarations.get('others') ?? [])
  const claims = claimsHere(context, { groups, declared, others })
  for (const { group, unit } of undeclared) refuseStrange(group, unit, claims)
  const states = await units.show(
    undeclared.map(({ unit }) => unit),
    ['id', 'triggeredBy'],
  )
  // One of these names may be another name of what is somebody else's.
  for (const [index, { group }] of undeclared.entries()) refuseStrange(group, states[index]?.id ?? '', claims)
  const known = undeclared.map((one, index) => ({ ...one, ...states[index] }))
  const triggers = known.flatMap(({ group, triggeredBy = [] }) =>
    triggeredBy.map((unit) => [unit, group] as const),
  )
  return new Map([
    ...triggers.filter(([unit]) => whyStrange(unit, claims) === undefined),
    ...known.flatMap(({ group, unit, id = unit }) => [id, unit].map((name) => [name, group] as const)),
    ...declared,
  ])
}

function claimsHere(
  { root, isInfrastructure }: MergeContext,
  { groups, ...known }: Pick<UnitClaims, 'declared' | 'others'> & { groups: readonly GroupUnits[] },
): UnitClaims {
  // A split by user gives the units of a user, and the groups that are declared of them, marks with the user's name.
  const owners = groups.flatMap(({ group }) => [group, markOwner(root, groupMark(group)) ?? group])
  return {
    ...known,
    owners: new Set(owners),
    markOf: (unit) => markOwner(root, unit),
    isInfrastructure,
  }
}

/** The groups of all units that declarations name, and of what triggers these. */
async function namesOf(units: Units, declarations: readonly Declared[]): Promise<Map<string, string>> {
  const known = declarations.flatMap(({ name, match, start }) =>
    [...new Set([...match.units, ...start])].map((unit) => ({ unit, name })),
  )
  const states = await units.show(
    known.map(({ unit }) => unit),
    ['id', 'triggeredBy'],
  )
  const groupOf = (index: number) => known[index]?.name ?? ''
  return new Map([
    ...states.flatMap(({ triggeredBy }, index) => triggeredBy.map((unit) => [unit, groupOf(index)] as const)),
    ...states.map(({ id }, index) => [id, groupOf(index)] as const),
    ...known.map(({ unit, name }) => [unit, name] as const),
  ])
}
