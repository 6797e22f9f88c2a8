/**
 * What each child has to know should it lose power before it has settled, on the disk before it exists: writing it
 * through in the child would be silence for clients. packaging/agent/become-child takes it up at the next boot.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { flush } from '../file/durable.ts'
import { identityFile, identityText } from '../identity/stored.ts'
import { clearQuickMarks } from './foreign-markers.ts'
import type { Adoption } from './plan-adoption.ts'

const identityName = basename(identityFile('/'))
const folderBelow = (root: string) => join(root, 'var/lib/cleave/children')

/** Answers when all is on the disk: below UUID/, files as they will be below /var/lib/cleave. */
export async function writeFutureChildren(root: string, adoptions: readonly Adoption[]): Promise<void> {
  rmSync(folderBelow(root), { recursive: true, force: true })
  const folders = adoptions.map(({ uuid, marks, stored }) => {
    const folder = join(folderBelow(root), uuid)
    mkdirSync(join(folder, 'foreign'), { recursive: true })
    for (const { name, data } of marks) writeFileSync(join(folder, 'foreign', name), data)
    if (stored !== undefined) writeFileSync(join(folder, identityName), identityText(stored))
    return folder
  })
  const identities = folders.map((folder) => join(folder, identityName)).filter((path) => existsSync(path))
  // A mark counts by being there: its folder has to be on the disk, not what is in it.
  const marked = folders.map((folder) => join(folder, 'foreign'))
  await flush([...identities, ...marked, ...folders, folderBelow(root), dirname(folderBelow(root))])
}

/** When the split was taken back, or this child has settled. */
export function clearFutureChildren(root: string): void {
  clearQuickMarks(root)
  rmSync(folderBelow(root), { recursive: true, force: true })
}
