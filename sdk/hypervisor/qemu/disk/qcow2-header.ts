/** The header of a qcow2 image (qemu: docs/interop/qcow2.txt). Pure. */

export interface Qcow2Header {
  version: number
  /** What the guest sees. */
  virtualSize: bigint
  hasBackingFile: boolean
  /** The data are in another file. */
  hasDataFile: boolean
}

/** What {@link parseQcow2Header} needs of the file's beginning. */
export const qcow2HeaderSize = 104

const magic = 0x514649fb // "QFI\xfb"
const dataFileBit = 1n << 2n

/** Undefined when it is no qcow2 image of a version that QEMU writes (2 or 3). */
export function parseQcow2Header(bytes: Buffer): Qcow2Header | undefined {
  if (bytes.length < qcow2HeaderSize || bytes.readUInt32BE(0) !== magic) return undefined
  const version = bytes.readUInt32BE(4)
  if (version !== 2 && version !== 3) return undefined
  const incompatibleFeatures = version === 3 ? bytes.readBigUInt64BE(72) : 0n
  return {
    version,
    virtualSize: bytes.readBigUInt64BE(24),
    hasBackingFile: bytes.readBigUInt64BE(8) !== 0n,
    hasDataFile: (incompatibleFeatures & dataFileBit) !== 0n,
  }
}
