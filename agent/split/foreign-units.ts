/** What is left in systemd of units that were made foreign. */
import { done, type Outcome } from '../identity/items/item.ts'
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
    for (const group of foreign) await tidy(root, units, group)
    return done('their triggers are stopped, their failures forgotten')
  },
}

async function tidy(root: string, units: Units, group: QuiescedGroup): Promise<void> {
  const own = group.units.filter(isMarkable)
  const states = await units.show(own)
  const triggers = states.flatMap(({ triggeredBy }) => triggeredBy).filter(isMarkable)
  const all = [...new Set([...triggers, ...own.filter((unit) => !unit.endsWith('.service'))])]
  await flushMarkers(root, markForeign(root, group.name, all))
  const stoppable = (await units.show(all)).filter(({ hasStopCommands }) => !hasStopCommands)
  await units.stopSoon(stoppable.map(({ id }) => id))
  await units.forgetFailures(states.filter(({ activeState }) => activeState === 'failed').map(({ id }) => id))
}
