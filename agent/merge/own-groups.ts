/** Groups that come to a machine that has them already, idle, and that it keeps when they go back. */
import type { GroupUnits, UnitFailure } from '../../proto/generated/messages.ts'
import { startAll } from '../group/control/start.ts'
import { bequest } from '../split/bequest.ts'
import { foreignGroups, unmark } from '../split/foreign-markers.ts'
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
  const marks = await unitsHere(context, coming)
  const foreign = foreignGroups(root)
  const groups = await Promise.all(
    coming.map(async ({ group: name }) => {
      const isOwn = !foreign.has(name)
      return { name, isOwn, units: isOwn ? await activeUnits(context, name) : [], isBack: false }
    }),
  )
  const note = { operation, groups, marks }
  await takenNotes.store(root, note)
  return note
}

async function activeUnits({ units, declarations }: MergeContext, name: string): Promise<string[]> {
  const declaration = declarations().find((one) => one.name === name)
  const named = [...(declaration?.match.units ?? []), ...(declaration?.start ?? [])]
  const known = await units.show([...new Set(named)], fields)
  const triggers = await units.show([...new Set(known.flatMap(({ triggeredBy }) => triggeredBy))], fields)
  return bequest({ name, marks: [] }, [...triggers, ...known]).units
}

/** Of what was taken, what is not yet as it was before. */
export function takenStill(root: string, operation: string): string[] {
  const groups = takenNotes.read(root, operation)?.groups ?? []
  return groups.filter(({ isBack }) => !isBack).map(({ name }) => name)
}

/**
 * Gives this machine back what it had before it took groups that have ended: they are not foreign, and what was active of them is
 * started. Their service addresses and disks stay down, as they go back to where they came from.
 *
 * @returns what does not start
 */
export async function restoreOwn(
  { root, units }: MergeContext,
  operation: string,
  ended: readonly YieldedGroup[],
): Promise<UnitFailure[]> {
  const note = takenNotes.read(root, operation)
  const isEnded = (group: string) => ended.some(({ name }) => name === group)
  const own = note?.groups.filter((group) => group.isOwn && !group.isBack && isEnded(group.name)) ?? []
  if (note === undefined || own.length === 0) return []
  const names = new Set(own.map(({ name }) => name))
  await unmark(
    root,
    ended.filter(({ name }) => names.has(name)).flatMap(({ held }) => held),
  )
  const started = await Promise.all(
    own.map(async ({ name, units: active }) => ({ name, ...(await startAll(active, units)) })),
  )
  const groups = note.groups.map((group) => (names.has(group.name) ? { ...group, isBack: true } : group))
  await takenNotes.store(root, { ...note, groups })
  return started.flatMap(({ name, failures }) => failures.map((failure) => ({ group: name, ...failure })))
}
