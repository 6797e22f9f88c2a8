/** Which file an open file is, from /proc/PID/fdinfo and /proc/PID/mountinfo: neither asks a file system. Pure. */

export interface OpenFileInfo {
  mount: string
  /** Undefined before Linux 5.14. */
  inode: string | undefined
}

export interface Mount {
  /** Major and minor number. */
  device: string
  fileSystem: string
}

/** Undefined when the text is cut off. See proc_pid_fdinfo(5). */
export function parseOpenFileInfo(text: string): OpenFileInfo | undefined {
  const mount = /^mnt_id:\t(\d+)$/m.exec(text)?.[1]
  return mount === undefined ? undefined : { mount, inode: /^ino:\t(\d+)$/m.exec(text)?.[1] }
}

/** Mounts by their number, which no two mounts of a system share. See proc_pid_mountinfo(5). */
export function parseMounts(text: string): Map<string, Mount> {
  const mounts = new Map<string, Mount>()
  for (const line of text.split('\n')) {
    const [id = '', , device = ''] = line.split(' ', 3)
    // Optional fields end with a hyphen; spaces in paths are escaped.
    const fileSystem = / - (\S+) /.exec(line)?.[1]
    if (fileSystem !== undefined) mounts.set(id, { device, fileSystem })
  }
  return mounts
}

const remote = /^(nfs|cifs|smb|ceph|afs|9p|fuse|glusterfs|lustre|ocfs2|gfs2|orangefs|coda|virtiofs)/

/** True for file systems that somebody else has to answer for, and may keep a question waiting for ever. */
export function mayHang(mount: Mount): boolean {
  return remote.test(mount.fileSystem)
}
