/** Groups that came to this machine, and what it had before, which it has again when they go back. */
import { setTimeout as delay } from 'node:timers/promises'
import type { GroupUnits, UnitFailure } from '../../proto/generated/messages.ts'
import { startAll } from '../group/control/start.ts'
import { foreignGroups, isMarkable, markOwner, unitMarksOf, unmark } from '../split/foreign-markers.ts'
import type { Units } from '../systemd/units.ts'
import type { MergeContext } from './context.ts'
import { stillRunning } from './still-running.ts'
import { type TakenNote, takenNotes } from './taken.ts'
import { unitsHere } from './units-here.ts'
import type { YieldedGroup } from './yielded.ts'

/**
 * Notes for good what is taken, and what this machine has of it, before it is changed. Repeated, it answers what was noted then.
 *
 * @throws RefusedError `UNIT_NOT_OF_GROUP`
 */
export async function noteTaken(
  context: MergeContext,
  operation: string,
  coming: readonly GroupUnits[],
): Promise<TakenNote> {
  const { root, units } = context
  const noted = takenNotes.read(root, operation)
  if (noted !== undefined) return noted
  const known = [...(await unitsHere(context, coming))].filter(([unit]) => isMarkable(unit))
  const states = await units.show(
    known.map(([unit]) => unit),
    ['id', 'activeState', 'transient'],
  )
  const foreign = foreignGroups(root)
  const groups = coming.map(({ group: name }) => {
    const isOwn = !foreign.has(name)
    const own = states.filter((_, index) => known[index]?.[1] === name)
    const marked = known.filter(([unit, group]) => group === name && markOwner(root, unit) !== undefined)
    const lasting = own.filter(({ activeState, transient }) => !isDown(activeState) && !transient)
    return {
      name,
      isOwn,
      marks: unique([...unitMarksOf(root, name), ...marked.map(([unit]) => unit)]),
      down: unique(own.filter(({ activeState }) => isDown(activeState)).map(({ id }) => id)),
      units: isOwn ? unique(lasting.map(({ id }) => id)) : [],
    }
  })
  const note = { operation, groups }
  await takenNotes.store(root, note)
  return note
}

/** Of what was taken, what is not yet as it was before. */
export function takenStill(root: string, operation: string): string[] {
  const groups = takenNotes.read(root, operation)?.groups ?? []
  return groups.filter(({ back }) => back === undefined).map(({ name }) => name)
}

/** With the marks that went when the groups came. */
export function withTakenMarks(
  root: string,
  operation: string,
  groups: readonly YieldedGroup[],
): YieldedGroup[] {
  const note = takenNotes.read(root, operation)
  return groups.map((group) => {
    const marks = note?.groups.find(({ name }) => name === group.name)?.marks ?? []
    return { ...group, held: unique([...group.held, ...marks]) }
  })
}

// Longer than systemd waits by default before it kills (TimeoutStopSec in systemd-system.conf(5)).
const defaultStopMs = 100_000
const lookMs = 100

/**
 * Stops what did not run before the groups came. Of some of it no process tells, such as a timer or a service between two tries, and
 * the processes of others are nobody's or another group's in the look of the moment.
 *
 * @returns what waits until it has ended, for as long as processes have to end
 */
export async function stopTaken(
  { root, units }: MergeContext,
  operation: string,
  ending: readonly string[],
): Promise<(graceMilliseconds: number) => Promise<void>> {
  const groups = takenNotes.read(root, operation)?.groups ?? []
  const down = unique(groups.filter(({ name }) => ending.includes(name)).flatMap((group) => group.down))
  const stopping = (await notDown(units, down)).map(({ id }) => id)
  if (stopping.length > 0) await units.stopSoon(stopping)
  return async (graceMilliseconds) => {
    const deadline = performance.now() + (graceMilliseconds || defaultStopMs)
    for (;;) {
      const [up] = await notDown(units, stopping)
      if (up === undefined) return
      if (performance.now() > deadline) throw stillRunning(`${up.id} is ${up.activeState}: it`)
      await delay(lookMs)
    }
  }
}

/**
 * Gives this machine back what it had before it took groups that have ended: they are not foreign, and what was active of them is
 * started. Their service addresses and disks stay down, as they go back to where they came from.
 *
 * @returns what did not start, also when that was done before
 */
export async function restoreOwn(
  { root, units }: MergeContext,
  operation: string,
  ended: readonly YieldedGroup[],
): Promise<UnitFailure[]> {
  const note = takenNotes.read(root, operation)
  if (note === undefined) return []
  const restored = await Promise.all(
    note.groups.map(async (group) => {
      const held = ended.find(({ name }) => name === group.name)?.held
      if (!group.isOwn || group.back !== undefined || held === undefined) return group
      await unmark(root, held)
      const { failures } = await startAll(group.units, units)
      return { ...group, back: { failures } }
    }),
  )
  await takenNotes.store(root, { ...note, groups: restored })
  return restored.flatMap(({ name, back }) =>
    (back?.failures ?? []).map((failure) => ({ group: name, ...failure })),
  )
}

async function notDown(units: Units, names: readonly string[]) {
  const states = await units.show(names, ['id', 'activeState'])
  return states.filter(({ activeState }) => !isDown(activeState))
}

const isDown = (activeState: string) => activeState === 'inactive' || activeState === 'failed'

const unique = <Item>(items: readonly Item[]): Item[] => [...new Set(items)]
