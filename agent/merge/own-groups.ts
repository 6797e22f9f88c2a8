/** Groups that come to a machine that has them already, idle, and that it keeps when they go back. */
import type { GroupUnits, UnitFailure } from '../../proto/generated/messages.ts'
import { startAll } from '../group/control/start.ts'
import { bequest } from '../split/bequest.ts'
import { foreignGroups, isMarkable, unmark } from '../split/foreign-markers.ts'
import type { MergeContext } from './context.ts'
import { type TakenNote, takenNotes } from './taken.ts'
import { unitsHere } from './units-here.ts'
import type { YieldedGroup } from './yielded.ts'

const fields = ['id', 'activeState', 'triggeredBy', 'transient'] as const

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
  const { root } = context
  const noted = takenNotes.read(root, operation)
  if (noted !== undefined) return noted
  const groupOf = [...(await unitsHere(context, coming))].filter(([unit]) => isMarkable(unit))
  const foreign = foreignGroups(root)
  const groups = await Promise.all(
    coming.map(async ({ group: name }) => {
      const held = groupOf.filter(([, group]) => group === name).map(([unit]) => unit)
      const isOwn = !foreign.has(name)
      return { name, isOwn, held, units: isOwn ? await activeUnits(context, held) : [] }
    }),
  )
  const note = { operation, groups }
  await takenNotes.store(root, note)
  return note
}

async function activeUnits({ units }: MergeContext, held: readonly string[]): Promise<string[]> {
  return bequest({ name: '', marks: [] }, await units.show(held, fields)).units
}

/** Of what was taken, what is not yet as it was before. */
export function takenStill(root: string, operation: string): string[] {
  const groups = takenNotes.read(root, operation)?.groups ?? []
  return groups.filter(({ back }) => back === undefined).map(({ name }) => name)
}

/** With the units of groups that were taken of which no process shows that they are there, such as a timer that was started. */
export function withTaken(
  { root }: MergeContext,
  operation: string,
  groups: readonly YieldedGroup[],
): YieldedGroup[] {
  const note = takenNotes.read(root, operation)
  return groups.map((group) => {
    const held = note?.groups.find(({ name }) => name === group.name)?.held ?? []
    return { ...group, held: [...new Set([...group.held, ...held])] }
  })
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
