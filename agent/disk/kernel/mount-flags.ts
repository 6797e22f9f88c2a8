/** Options of mount(8) in the words of mount(2). Pure. */

export interface MountFlags {
  flags: number
  /** What the file system itself has to understand. */
  data: string
}

// linux/mount.h: options, and those that take them back.
const known: readonly [option: string, opposite: string, flag: number][] = [
  ['ro', 'rw', 1],
  ['nosuid', 'suid', 2],
  ['nodev', 'dev', 4],
  ['noexec', 'exec', 8],
  ['sync', 'async', 0x10],
  ['dirsync', '', 0x80],
  ['noatime', 'atime', 0x400],
  ['nodiratime', 'diratime', 0x800],
  ['relatime', 'norelatime', 1 << 21],
  ['strictatime', 'nostrictatime', 1 << 24],
  ['lazytime', 'nolazytime', 1 << 25],
]
const setting = new Map(known.map(([option, , flag]) => [option, flag]))
const clearing = new Map(known.map(([, opposite, flag]) => [opposite, flag]))
/** What they say is for whoever reads /etc/fstab. */
const remarks = new Set(['defaults', 'auto', 'noauto', 'nofail', 'nouser'])

/** Only mount(8) understands them: what it does itself, what it notes for later, names for numbers. */
const forProgram = [
  /^x-/i,
  /["\\]/,
  /^_netdev$/,
  /^(loop|offset|sizelimit|encryption|verity|helper|uhelper|comment)/,
  /^(user|users|owner|group)$/,
  /^(user|users|owner|group)=/,
  /^(r?bind|move|remount|silent|loud|r?(shared|slave|private|unbindable)|iversion|noiversion|mand|nomand)$/,
  /^(no)?symfollow$/,
  /^nosymfollow$/,
  /^((fs|def|root)?context|seclabel)/,
  /^(uid|gid)=(?!\d+$)/,
]
/** One page, with the zero at its end. */
const longestData = 4095

/** @returns undefined when only mount(8) understands them */
export function mountFlags(options: readonly string[]): MountFlags | undefined {
  let flags = 0
  const data: string[] = []
  for (const option of options.join(',').split(',').filter(Boolean)) {
    if (forProgram.some((pattern) => pattern.test(option))) return undefined
    if (remarks.has(option)) continue
    const set = setting.get(option)
    const clear = clearing.get(option)
    if (set !== undefined) flags |= set
    else if (clear !== undefined) flags &= ~clear
    else data.push(option)
  }
  const text = data.join(',')
  return Buffer.byteLength(text) > longestData || text.includes('\0') ? undefined : { flags, data: text }
}
