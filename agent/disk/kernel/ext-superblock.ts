/** The superblock of ext2, ext3 and ext4: whether e2fsck would do anything. See ext4's documentation in the kernel. Pure. */

/** Where it is on the device, in bytes. */
export const extSuperblock = { offset: 1024, length: 1024 } as const

const magic = 0xef53
/** Of its state: unmounted as it should be, and nothing else. */
const clean = 1
/** Incompatible features: a log to replay, a log elsewhere, a guard against two who mount. */
const doubtfulFeatures = 0x4 | 0x8 | 0x100
/** Read-only compatible: there are files to delete. */
const orphansPresent = 0x10000

/** @param seconds the time, since 1970 */
export function isExtClean(superblock: Buffer, seconds: number): boolean {
  if (superblock.length < extSuperblock.length || superblock.readUInt16LE(56) !== magic) return false
  const mounts = superblock.readUInt16LE(52)
  // 0 and less for no bound.
  const mostMounts = superblock.readInt16LE(54)
  const interval = superblock.readUInt32LE(68)
  const checked = superblock.readUInt32LE(64) + superblock.readUInt8(0x277) * 2 ** 32
  const isDue =
    (mostMounts > 0 && mounts >= mostMounts) ||
    (interval > 0 && (seconds < checked || seconds >= checked + interval))
  return (
    superblock.readUInt16LE(58) === clean &&
    (superblock.readUInt32LE(96) & doubtfulFeatures) === 0 &&
    (superblock.readUInt32LE(100) & orphansPresent) === 0 &&
    isLogKnown(superblock) &&
    // The device of its log, the first file to delete, how many errors were met since the last check.
    superblock.readUInt32LE(228) === 0 &&
    superblock.readUInt32LE(232) === 0 &&
    superblock.readUInt32LE(404) === 0 &&
    !isDue
  )
}

/** False when it has a log, and does not say so. */
function isLogKnown(superblock: Buffer): boolean {
  const hasLog = (superblock.readUInt32LE(92) & 0x4) !== 0
  return hasLog || superblock.readUInt32LE(224) === 0
}
