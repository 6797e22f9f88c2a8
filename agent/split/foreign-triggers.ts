/** Sockets, timers and paths that would start a foreign unit. */
import type { Units } from '../systemd/units.ts'
import { flushMarkers, isMarkable, markForeign } from './foreign-markers.ts'
import type { QuiescedGroup } from './state-schema.ts'

/**
 * A foreign unit can't start; but its socket would still listen, and take clients that nobody answers. So it is made
 * foreign too and stopped, unless that would run a command of the foreign group.
 */
export async function stopTriggers(options: {
  root: string
  units: Units
  foreign: readonly QuiescedGroup[]
}): Promise<void> {
  const { root, units, foreign } = options
  if (!units.isAvailable()) return
  for (const group of foreign) {
    const own = group.units.filter(isMarkable)
    const triggers = (await units.show(own)).flatMap(({ triggeredBy }) => triggeredBy).filter(isMarkable)
    const all = [...new Set([...triggers, ...own.filter((unit) => !unit.endsWith('.service'))])]
    await flushMarkers(root, markForeign(root, group.name, all))
    const stoppable = (await units.show(all)).filter(({ hasStopCommands }) => !hasStopCommands)
    await units.stopSoon(stoppable.map(({ id }) => id))
  }
}
