/** What a group leaves to the child that gets it when memory is discarded: the units that start it. */
import { RefusedError } from '../../proto/errors.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import { wholeUnits } from '../group/control/whole-units.ts'
import type { UnitProperties } from '../systemd/unit-properties.ts'
import type { Units } from '../systemd/units.ts'
import { foreignMarks, isMarkable } from './foreign-markers.ts'
import type { InheritedGroup } from './inheritance.ts'

export interface BequestOptions {
  guest: GuestSurvey
  groups: readonly string[]
  /** Groups whose processes may end for good. */
  mayEnd: readonly string[]
  units: Pick<Units, 'isAvailable' | 'show'>
}

/** @throws RefusedError `NOT_RESTARTABLE`, `NO_SYSTEMD` */
export async function bequests(options: BequestOptions): Promise<InheritedGroup[]> {
  const { guest, groups, mayEnd, units } = options
  if (!units.isAvailable()) throw noSystemd()
  for (const name of groups) if (!mayEnd.includes(name)) refuseUnrestartable(guest, name)
  return await Promise.all(
    groups.map(async (name) => {
      const known = await units.show(wholeUnits(guest, name).filter(isMarkable))
      const triggers = await units.show([...new Set(known.flatMap(({ triggeredBy }) => triggeredBy))])
      if (!mayEnd.includes(name)) refuseTransient(name, known)
      return bequest(name, [...triggers, ...known])
    }),
  )
}

/** @param units what triggers it first. Pure. */
export function bequest(name: string, units: readonly UnitProperties[]): InheritedGroup {
  const markable = units.filter(({ id }) => isMarkable(id))
  const running = markable.filter(({ activeState, transient }) => isUp(activeState) && !transient)
  return {
    name,
    held: foreignMarks([{ name, units: [...new Set(markable.map(({ id }) => id))] }]).map(
      (mark) => mark.name,
    ),
    units: [...new Set(running.map(({ id }) => id))],
  }
}

const isUp = (state: string) => state === 'active' || state === 'activating' || state === 'reloading'

function refuseUnrestartable(guest: GuestSurvey, name: string): void {
  const pids = guest.groups.find((group) => group.name === name)?.unrestartable.map(({ pid }) => pid) ?? []
  if (pids.length === 0) return
  throw notRestartable(name, `no unit of its own starts process ${pids.slice(0, 5).join(', ')}`)
}

function refuseTransient(name: string, units: readonly UnitProperties[]): void {
  const transient = units.find((unit) => unit.transient && isUp(unit.activeState))
  if (transient === undefined) return
  throw notRestartable(name, `${transient.id} was made for this boot alone`)
}

function notRestartable(name: string, reason: string): RefusedError {
  return new RefusedError({
    code: 'NOT_RESTARTABLE',
    message: `group ${name} would not run again after a boot: ${reason}`,
    remedy: 'Give it a unit file, end it first, or allow that it ends (--may-end).',
  })
}

function noSystemd(): RefusedError {
  return new RefusedError({
    code: 'NO_SYSTEMD',
    message: 'this guest is not run by systemd, so nothing starts its groups again after a boot',
    remedy: 'Split it by fork or suspend: its children go on from memory.',
  })
}
