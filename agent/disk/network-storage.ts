/**
 * Storage that is reached over a network. A copy of a guest that goes on from its memory has the same session with the same server, and
 * the same file system in memory: two of them would write over each other.
 */
import { join } from 'node:path'
import { printable } from '../group/coupling/printable.ts'
import { createPace } from '../process/pace.ts'
import { createProcessFiles } from '../process/process-files.ts'
import { createNamespaceReader } from './mount-namespaces.ts'
import type { Mount } from './mount-table.ts'
import { readdirOr, readOr } from './sys-files.ts'

/** Those that systemd.mount(5) orders after the network, and some that come by FUSE. */
const networkFileSystem =
  /^(fuse\.)?(afs|ceph|cephfs|cifs|curlftpfs|davfs2?|gfs2?|glusterfs|lustre|nfs4?|ocfs2|orangefs|pvfs2|s3fs|smb3|smbfs|sshfs)$/

const mostNamed = 10
const longestHold = 5

/** Block devices by network: folders of the kernel, and what a file in them says of one that is in use. */
const sessions = [
  { folder: 'class/iscsi_session', file: 'targetname', what: 'a session of iSCSI with', says: /^/ },
  { folder: 'class/nvme', file: 'address', what: 'a controller of NVMe at', says: /\btraddr=/ },
  // Only while it is connected it has that file, which local disks never have.
  { folder: 'block', file: 'pid', what: 'a network block device, whose client has the pid', says: /^\d+$/ },
  { folder: 'bus/rbd/devices', file: 'name', what: 'the image of Ceph', says: /^/ },
]

/** @returns each as a part of a sentence; at most 10 */
export async function findNetworkStorage({ sys = '/sys' } = {}): Promise<string[]> {
  const files = createProcessFiles('/proc')
  const namespaceOf = createNamespaceReader(files)
  const pace = createPace(longestHold)
  const seen = new Set<readonly Mount[]>()
  for (const pid of files.pids()) {
    if (pace.isDue()) await pace.rest()
    const mounts = namespaceOf(pid)?.mounts
    if (mounts !== undefined) seen.add(mounts)
  }
  return [...new Set([...[...seen].flatMap(networkMounts), ...networkSessions(sys)])].slice(0, mostNamed)
}

/** Pure. */
export function networkMounts(mounts: readonly Mount[]): string[] {
  return mounts
    .filter(({ fileSystem }) => networkFileSystem.test(fileSystem))
    .map(({ source, mountPoint }) => `${printable(source)}, mounted at ${printable(mountPoint)}`)
}

function networkSessions(sys: string): string[] {
  return sessions.flatMap(({ folder, file, what, says }) =>
    readdirOr(join(sys, folder))
      .map((name) => readOr(join(sys, folder, name, file)))
      .filter((text) => says.test(text))
      .map((text) => `${what} ${printable(text)}`),
  )
}
