/** Where a declared mount point really is. */
import { readlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { mayHang } from '../group/coupling/reading/open-file-identity.ts'
import { type Mount, mountTree } from './mount-table.ts'

const mostLinks = 40
/**
 * Follows the links in a path, as far as it is there and no network file system is met.
 *
 * @param readLink what a link says, undefined for anything else. @default as the system has it
 */
export function placeOf(path: string, table: readonly Mount[], readLink = readLinkOr): string {
  const tree = mountTree(table)
  const mountPoints = new Set(table.map(({ mountPoint }) => mountPoint))
  let place = '/'
  const left = path.split('/').filter(Boolean)
  for (let links = 0; left.length > 0; ) {
    const next = join(place, left.shift() ?? '')
    const mount = tree.at(next)
    if (mount !== undefined && mayHang(mount)) return join(next, ...left)
    // What something is mounted on is a folder.
    const target = mountPoints.has(next) || links >= mostLinks ? undefined : readLink(next)
    if (target === undefined) {
      place = next
      continue
    }
    links += 1
    left.unshift(...resolve(dirname(next), target).split('/').filter(Boolean))
    place = '/'
  }
  return place
}

function readLinkOr(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    // It is no link, or there is nothing: whoever mounts there will see.
    return undefined
  }
}
