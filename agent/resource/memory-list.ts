/** Which blocks of memory to use. Pure. */
import type { MemoryRange } from '../../proto/generated/messages.ts'

/** The smallest piece of memory that the kernel takes into use or lets rest. */
export interface MemoryBlock {
  /** Its address in blocks. */
  index: number
  isOnline: boolean
}

/** What rests, as few ranges as there can be, the lowest first. */
export function restingRanges(blocks: readonly MemoryBlock[], blockBytes: number): MemoryRange[] {
  const ranges: MemoryRange[] = []
  for (const index of blocksToWake(blocks)) {
    const last = ranges.at(-1)
    const address = index * blockBytes
    if (last !== undefined && last.address + last.bytes === address) last.bytes += blockBytes
    else ranges.push({ address, bytes: blockBytes })
  }
  return ranges
}

/**
 * Blocks that rest, in the order in which to take them into use: the lowest first, so that those which were there at the boot come
 * before those that may be unplugged.
 */
export function blocksToWake(blocks: readonly MemoryBlock[]): number[] {
  return blocks
    .filter(({ isOnline }) => !isOnline)
    .map(({ index }) => index)
    .toSorted((one, other) => one - other)
}

/** Blocks in use, in the order in which to give them back: those of the ranges first, as these come, then the highest. */
export function blocksToRest(
  blocks: readonly MemoryBlock[],
  ranges: readonly MemoryRange[],
  blockBytes: number,
): number[] {
  const rank = (index: number) => {
    const address = index * blockBytes
    const found = ranges.findIndex(
      (range) => address >= range.address && address + blockBytes <= range.address + range.bytes,
    )
    return found < 0 ? ranges.length : found
  }
  return blocks
    .filter(({ isOnline }) => isOnline)
    .map(({ index }) => index)
    .toSorted((one, other) => rank(one) - rank(other) || other - one)
}
