/** What is left in systemd of units that were made foreign. */
import { done, type Outcome } from '../identity/items/item.ts'
import type { UnitProperties } from '../systemd/unit-properties.ts'
import type { Units } from '../systemd/units.ts'
import { flushMarkers, isMarkable, markForeign } from './foreign-markers.ts'
import type { QuiescedGroup } from './state-schema.ts'

interface ForeignUnitsContext {
  root: string
  units: Units
  foreign: readonly QuiescedGroup[]
}

/**
 * A foreign unit can't start; but its socket would still listen, and take clients that nobody answers. So what triggers
 * it is made foreign too and stopped, unless that would run a command of the foreign group. That the unit was killed
 * is no failure of this machine.
 */
export const foreignUnits = {
  name: 'foreign-units',
  async apply({ root, units, foreign }: ForeignUnitsContext): Promise<Outcome> {
    if (!units.isAvailable()) return done('not present: systemd does not run')
    const groups = await Promise.all(
      foreign.map(async ({ name, marks, units: names }) => ({
        name,
        marks,
        ...namesOf(await units.show(names.filter(isMarkable), ['id', 'triggeredBy', 'activeState'])),
      })),
    )
    await flushMarkers(
      root,
      groups.flatMap(({ name, marks, all }) => markForeign(root, { name, marks, units: all })),
    )
    const others = groups.flatMap(({ all }) => all.filter((unit) => !isService(unit)))
    const triggers = await units.show(others, ['id', 'hasStopCommands'])
    await units.stopSoon(triggers.filter(({ hasStopCommands }) => !hasStopCommands).map(({ id }) => id))
    await units.forgetFailures(groups.flatMap(({ failed }) => failed))
    return done('their triggers are stopped, their failures forgotten')
  },
}

const isService = (unit: string) => unit.endsWith('.service')

/** By the names that systemd itself uses, where a declaration may have another, and with what triggers them. */
function namesOf(states: readonly Pick<UnitProperties, 'id' | 'triggeredBy' | 'activeState'>[]) {
  const all = states.flatMap(({ id, triggeredBy }) => [id, ...triggeredBy]).filter(isMarkable)
  const failed = states.filter(({ activeState }) => activeState === 'failed')
  return { all: [...new Set(all)], failed: failed.map(({ id }) => id) }
}
