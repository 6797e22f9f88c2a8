/** Where a declared mount point really is. */
import { readlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Mount, mountTree } from './mount-table.ts'

const mostLinks = 40
// Of these nothing is asked: who serves them may be gone, and whoever asks waits for ever.
const network = /^(nfs|cifs|smb|9p|ceph|afs|gluster|fuse)/

/** True for a file system that others serve. */
export function isNetwork({ fileSystem }: Pick<Mount, 'fileSystem'>): boolean {
  return network.test(fileSystem)
}

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
    if (mount !== undefined && isNetwork(mount)) return join(next, ...left)
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
