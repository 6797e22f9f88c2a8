/** What would run again after a boot. Pure. */
import type { Process, ProcessId } from '../../proto/generated/messages.ts'
import { isUnitName } from './control/whole-units.ts'

/** Whoever logs in starts things by hand; a unit that systemd-run named leaves no file. */
const startsNothing = /^(user@.*|(.*-)?getty@.*|console-getty|run-[a-z]?\d+.*)\.service$/

/**
 * By group, its processes that no service of the group alone starts.
 *
 * @param processes all of the guest's
 */
export function unrestartable(processes: readonly Process[]): Map<string, ProcessId[]> {
  const groupsByUnit = new Map<string, Set<string>>()
  for (const { unit, group } of processes) {
    const groups = groupsByUnit.get(unit) ?? new Set()
    groupsByUnit.set(unit, groups.add(group))
  }
  const isStarted = (unit: string) =>
    unit.endsWith('.service') &&
    isUnitName(unit) &&
    !startsNothing.test(unit) &&
    groupsByUnit.get(unit)?.size === 1
  const left = processes.filter(({ group, unit }) => group !== '' && !isStarted(unit))
  return new Map(
    [...Map.groupBy(left, ({ group }) => group)].map(([group, members]) => [
      group,
      members.flatMap(({ id }) => id ?? []),
    ]),
  )
}
