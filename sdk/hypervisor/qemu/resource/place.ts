/** Where memory that is plugged in goes. Pure. */
import { UnavailableError } from '../../../../proto/errors.ts'
import type { PluggedMemory } from '../../../store/records.ts'
import { memorySlots } from './words.ts'

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3

/** What QEMU's q35 keeps below 4 GiB of a machine that has more than fits there, and the most that fits. */
const lowBytes = 2 * gibibyte
const mostLowBytes = 2816 * mebibyte

/** The first address for memory that is plugged in: a whole gibibyte, above all that there was at the boot. */
export function firstAddress(bootBytes: number): number {
  const above = bootBytes < mostLowBytes ? 0 : bootBytes - lowBytes
  return 4 * gibibyte + Math.ceil(above / gibibyte) * gibibyte
}

/**
 * The place of a new piece: the first gap that begins with a whole gibibyte, so that it suits whatever blocks a guest's kernel
 * takes memory in.
 *
 * @param options.present what is plugged in
 * @throws UnavailableError `NO_SLOT`
 */
export function placeOf(options: {
  name: string
  bootBytes: number
  present: readonly Pick<PluggedMemory, 'slot' | 'address' | 'sizeMiB'>[]
  sizeMiB: number
}): Pick<PluggedMemory, 'slot' | 'address'> {
  const { name, bootBytes, present, sizeMiB } = options
  const taken = new Set(present.map(({ slot }) => slot))
  const slot = Array.from({ length: memorySlots }, (_, index) => index).find((index) => !taken.has(index))
  if (slot === undefined) throw noSlot(name)
  let address = firstAddress(bootBytes)
  for (const piece of present.toSorted((one, other) => one.address - other.address)) {
    if (address + sizeMiB * mebibyte <= piece.address) break
    const end = piece.address + piece.sizeMiB * mebibyte
    address = Math.max(address, Math.ceil(end / gibibyte) * gibibyte)
  }
  return { slot, address }
}

function noSlot(name: string): UnavailableError {
  return new UnavailableError({
    code: 'NO_SLOT',
    message: `all ${memorySlots} slots of ${name} have memory already`,
    remedy:
      'Give some of it back first, or stop the machine and start it again: it then boots with all that it has.',
  })
}
