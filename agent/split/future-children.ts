/**
 * What each child has to know when it boots, on the disk before it exists: also of a child that goes on from memory,
 * should it lose power before it has settled, for writing it through there would be silence for clients.
 * packaging/agent/become-child takes it up.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { flush } from '../file/durable.ts'
import { identityFile, identityText, type StoredIdentity } from '../identity/stored.ts'
import { clearQuickMarks } from './foreign-markers.ts'
import { type Inheritance, inheritanceName, inheritanceText } from './inheritance.ts'

export interface FutureChild {
  uuid: string
  /** What keeps units from starting. */
  marks: readonly { name: string; data: string }[]
  stored: StoredIdentity | undefined
  /** Only of a child that boots. */
  inheritance?: Inheritance
}

const identityName = basename(identityFile('/'))
const folderBelow = (root: string) => join(root, 'var/lib/cleave/children')

/** Answers when all is on the disk: below UUID/, files as they will be below /var/lib/cleave. */
export async function writeFutureChildren(root: string, children: readonly FutureChild[]): Promise<void> {
  rmSync(folderBelow(root), { recursive: true, force: true })
  const folders = children.map(({ uuid, marks, stored, inheritance }) => {
    const folder = join(folderBelow(root), uuid)
    mkdirSync(join(folder, 'foreign'), { recursive: true })
    for (const { name, data } of marks) writeFileSync(join(folder, 'foreign', name), data)
    if (stored !== undefined) writeFileSync(join(folder, identityName), identityText(stored))
    if (inheritance !== undefined) {
      writeFileSync(join(folder, inheritanceName), inheritanceText(inheritance))
    }
    return folder
  })
  const files = folders
    .flatMap((folder) => [join(folder, identityName), join(folder, inheritanceName)])
    .filter((path) => existsSync(path))
  // A mark counts by being there: its folder has to be on the disk, not what is in it.
  const marked = folders.map((folder) => join(folder, 'foreign'))
  await flush([...files, ...marked, ...folders, folderBelow(root), dirname(folderBelow(root))])
}

/** When the split was taken back, or this child has settled. */
export function clearFutureChildren(root: string): void {
  clearQuickMarks(root)
  rmSync(folderBelow(root), { recursive: true, force: true })
}
