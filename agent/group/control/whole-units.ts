/** Which systemd units belong to a group, alone or with others. Pure. */
import type { GuestSurvey } from './types.ts'

// Names that systemd accepts (systemd.unit(5)); a unit name is also the name of a marker file.
const unitPattern = /^[A-Za-z0-9:_.\\@-]{1,240}\.(service|socket|timer|path|mount|automount|swap|target)$/

/** True for a unit that can be started and stopped by name; a scope or a slice can't be started. */
export function isUnitName(text: string): boolean {
  return unitPattern.test(text)
}

/**
 * The units that the group's processes are in and that its declaration names, without those in which a process of
 * somebody else runs.
 *
 * @param options.companions groups that are not somebody else. @default the group itself
 * @param options.more units that are the group's, too. @default none
 */
export function wholeUnits(
  survey: Pick<GuestSurvey, 'groups' | 'processes'>,
  group: string,
  options: { companions?: ReadonlySet<string>; more?: readonly string[] } = {},
): string[] {
  const { companions = new Set([group]), more = [] } = options
  const units = survey.groups.find((candidate) => candidate.name === group)?.units ?? []
  const shared = new Set(
    survey.processes.filter((process) => !companions.has(process.group)).map((process) => process.unit),
  )
  return [...new Set([...units, ...more])].filter((unit) => isUnitName(unit) && !shared.has(unit))
}

/**
 * The units in which both a process of the group runs and one of another group, but no infrastructure.
 *
 * @param companions groups that are not others. @default the group itself
 */
export function sharedUnits(
  { processes }: Pick<GuestSurvey, 'processes'>,
  group: string,
  companions: ReadonlySet<string> = new Set([group]),
): string[] {
  const unitsWith = (test: (of: string) => boolean) =>
    new Set(processes.filter((process) => test(process.group)).map((process) => process.unit))
  const others = unitsWith((of) => of !== '' && !companions.has(of))
  const infrastructure = unitsWith((of) => of === '')
  return [...unitsWith((of) => of === group)].filter(
    (unit) => isUnitName(unit) && others.has(unit) && !infrastructure.has(unit),
  )
}
