/** What a group leaves to the child that gets it when memory is discarded: the units that start it. */
import { RefusedError } from '../../proto/errors.ts'
import type { GuestSurvey } from '../group/control/types.ts'
import type { UnitProperties } from '../systemd/unit-properties.ts'
import type { Units } from '../systemd/units.ts'
import { type ClaimOptions, claimsIn } from './claims.ts'
import { foreignMarks, isMarkable, type Markable } from './foreign-markers.ts'
import type { InheritedGroup } from './inheritance.ts'

export interface BequestOptions extends ClaimOptions {
  /** Groups whose processes may end for good. */
  mayEnd: readonly string[]
  units: Pick<Units, 'isAvailable' | 'show'>
}

const fields = ['id', 'activeState', 'triggeredBy', 'transient'] as const
type BequeathedUnit = Pick<UnitProperties, (typeof fields)[number]>

/** @throws RefusedError `NOT_RESTARTABLE`, `NO_SYSTEMD` */
export async function bequests({ mayEnd, units, ...options }: BequestOptions): Promise<InheritedGroup[]> {
  const { survey, plan } = options
  if (!units.isAvailable()) throw noSystemd()
  for (const name of plan.groups) if (!mayEnd.includes(name)) refuseUnrestartable(survey, name)
  const claimOf = claimsIn(options)
  return await Promise.all(
    plan.groups.map(async (name) => {
      const { sharedUnits, marks, ...claim } = claimOf(name)
      const known = await units.show(claim.units.filter(isMarkable), fields)
      const triggeredBy = new Set(known.flatMap((unit) => unit.triggeredBy))
      const triggers = await units.show([...triggeredBy], fields)
      if (!mayEnd.includes(name)) refuseTransient(name, known)
      const { held, ...left } = bequest({ name, marks }, [...triggers, ...known])
      // What groups of other children run in, too, none of these starts: it ends, which was allowed.
      return { ...left, held: [...held, ...sharedUnits.filter(isMarkable)] }
    }),
  )
}

/** @param units what triggers it first. Pure. */
export function bequest(
  { name, marks }: Omit<Markable, 'units'>,
  units: readonly BequeathedUnit[],
): InheritedGroup {
  const markable = units.filter(({ id }) => isMarkable(id))
  const running = markable.filter(({ activeState, transient }) => isUp(activeState) && !transient)
  const claimed = { name, marks, units: [...new Set(markable.map(({ id }) => id))] }
  return {
    name,
    held: foreignMarks([claimed]).map((mark) => mark.name),
    units: [...new Set(running.map(({ id }) => id))],
  }
}

const isUp = (state: string) => state === 'active' || state === 'activating' || state === 'reloading'

function refuseUnrestartable(guest: GuestSurvey, name: string): void {
  const pids = guest.groups.find((group) => group.name === name)?.unrestartable.map(({ pid }) => pid) ?? []
  if (pids.length === 0) return
  throw notRestartable(name, `no unit of its own starts process ${pids.slice(0, 5).join(', ')}`)
}

function refuseTransient(name: string, units: readonly BequeathedUnit[]): void {
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
