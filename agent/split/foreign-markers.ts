/**
 * Files that say what belongs to another machine since a split. The agent's package gives every service, socket, timer
 * and path the condition that no file of its name is here: so systemd can't start a foreign unit, also after a boot.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { flush, readIfPresent } from '../file/durable.ts'
import { isUnitName } from '../group/control/whole-units.ts'

const folderBelow = (root: string) => join(root, 'var/lib/cleave/foreign')
// In memory, where a file costs a fraction: for a child until it settles.
const quickFolderBelow = (root: string) => join(root, 'run/cleave/foreign')
// Those that each child will have, in the parent.
const futureFolderBelow = (root: string) => join(root, 'run/cleave/future')
// No unit's name ends so.
const groupSuffix = '.group'
const markable = /\.(service|socket|timer|path)$/

export interface Markable {
  /** For whoever reads a mark. */
  name: string
  /** Those that are not markable are left out. */
  units: readonly string[]
  /** Names of groups. */
  marks: readonly string[]
}

/** True for a unit of the kinds that have the condition. */
export function isMarkable(unit: string): boolean {
  return isUnitName(unit) && markable.test(unit)
}

/**
 * Makes the files. They work at once; they are safe from a loss of power when {@link flushMarkers} has answered.
 *
 * @returns the paths of the files
 */
export function markForeign(root: string, group: Markable): string[] {
  const folder = folderBelow(root)
  mkdirSync(folder, { recursive: true })
  return foreignMarks([group]).map(({ name, data }) => {
    writeFileSync(join(folder, name), data)
    return join(folder, name)
  })
}

/**
 * Makes the files of marks that {@link foreignMarks} named. They work at once, and are on the disk when this answers.
 */
export async function mark(root: string, marks: readonly { name: string; data: string }[]): Promise<void> {
  const folder = folderBelow(root)
  mkdirSync(folder, { recursive: true })
  for (const { name, data } of marks) writeFileSync(join(folder, name), data)
  await flushMarkers(
    root,
    marks.map(({ name }) => join(folder, name)),
  )
}

/** The name of the mark of a group. */
export const groupMark = (group: string): string => `${group}${groupSuffix}`

/** Who a mark says that it is for; undefined when there is no such mark. */
export function markOwner(root: string, name: string): string | undefined {
  const texts = [folderBelow(root), quickFolderBelow(root)].map((folder) => readIfPresent(join(folder, name)))
  return texts.find((text) => text !== undefined)?.trim()
}

/** The names of the marks of units that say that they are for a group. */
export function unitMarksOf(root: string, group: string): string[] {
  return namesIn(folderBelow(root)).filter(
    (name) => !name.endsWith(groupSuffix) && markOwner(root, name) === group,
  )
}

/** Takes marks away. Answers when that is on the disk. */
export async function unmark(root: string, names: readonly string[]): Promise<void> {
  for (const name of names) rmSync(join(folderBelow(root), name), { force: true })
  if (existsSync(folderBelow(root))) await flush([folderBelow(root)])
}

/** The files of the groups' marks by name, and what is in them. */
export function foreignMarks(groups: readonly Markable[]): { name: string; data: string }[] {
  return groups.flatMap(({ name: group, units, marks }) =>
    [...units.filter(isMarkable), ...marks.map(groupMark)].map((name) => ({
      name,
      data: `${group}\n`,
    })),
  )
}

/**
 * Leaves the marks of a child that will be in memory, where they mean nothing yet.
 *
 * @returns what is to be moved where in the child, so that all of them hold there until its next boot
 */
export function leaveQuickMarks(of: {
  root: string
  child: string
  marks: readonly { name: string; data: string }[]
}): { source: string; target: string } {
  const source = join(futureFolderBelow(of.root), of.child)
  rmSync(source, { recursive: true, force: true })
  mkdirSync(source, { recursive: true })
  for (const { name, data } of of.marks) writeFileSync(join(source, name), data)
  return { source, target: quickFolderBelow(of.root) }
}

/** When the same marks are on the disk, or there will be no child. */
export function clearQuickMarks(root: string): void {
  for (const folder of [quickFolderBelow(root), futureFolderBelow(root)]) {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Answers when the files are on the disk. */
export async function flushMarkers(root: string, paths: readonly string[]): Promise<void> {
  if (paths.length > 0) await flush([...paths, folderBelow(root)])
}

/** The names of the groups that belong to other machines. */
export function foreignGroups(root = '/'): Set<string> {
  return new Set([folderBelow(root), quickFolderBelow(root)].flatMap(namesIn).flatMap(groupOfMark))
}

/** Of the names of marks, the groups that they are of. */
export function markedGroups(marks: readonly string[]): string[] {
  return marks.flatMap(groupOfMark)
}

function groupOfMark(mark: string): string[] {
  return mark.endsWith(groupSuffix) ? [mark.slice(0, -groupSuffix.length)] : []
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
