import fc from 'fast-check'
import t from 'tap'
import { firstAddress, placeOf } from '../../../../../sdk/hypervisor/qemu/resource/place.ts'
import { memorySlots } from '../../../../../sdk/hypervisor/qemu/resource/words.ts'

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3

interface Piece {
  slot: number
  address: number
  sizeMiB: number
}

t.test('pieces never meet, each has a slot of its own, all are above what was there at the boot', (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 64 }).map((blocks) => blocks * 128))
  const removals = fc.array(fc.nat(), { maxLength: 10 })
  fc.assert(
    fc.property(fc.nat(64 * 1024), sizes, removals, (bootMiB, wanted, removed) => {
      const bootBytes = bootMiB * mebibyte
      let present: Piece[] = []
      for (const [index, sizeMiB] of wanted.entries()) {
        if (removed.includes(index)) present = present.slice(1)
        if (present.length === memorySlots) break
        const piece = { sizeMiB, ...placeOf({ name: 'shop', bootBytes, present, sizeMiB }) }
        const end = piece.address + sizeMiB * mebibyte
        const meets = present.some(
          (other) => piece.address < other.address + other.sizeMiB * mebibyte && other.address < end,
        )
        if (meets || present.some(({ slot }) => slot === piece.slot)) return false
        if (piece.address % gibibyte !== 0 || piece.address < firstAddress(bootBytes)) return false
        present = [...present, piece]
      }
      return true
    }),
  )
  t.end()
})

t.test('a gap is used again, and no slot is left for one too many', (t) => {
  const at = (slot: number, address: number) => ({ slot, address: address * gibibyte, sizeMiB: 1024 })
  const place = (present: Piece[], sizeMiB = 1024) =>
    placeOf({ name: 'shop', bootBytes: gibibyte, present, sizeMiB })
  t.same(place([at(0, 4), at(2, 6)]), { slot: 1, address: 5 * gibibyte })
  t.same(place([at(0, 4), at(2, 6)], 2048), { slot: 1, address: 7 * gibibyte })
  const full = Array.from({ length: memorySlots }, (_, slot) => at(slot, 4 + slot))
  t.throws(() => place(full), { name: 'UnavailableError', code: 'NO_SLOT' })
  t.end()
})
