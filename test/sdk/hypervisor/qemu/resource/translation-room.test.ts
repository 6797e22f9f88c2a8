import fc from 'fast-check'
import t from 'tap'
import { hasTranslationRoom } from '../../../../../sdk/hypervisor/qemu/resource/translation-room.ts'

/** As QEMU 7.2 with `tb-size=256` writes it. */
const capacity = 267_780_096
const report = (used: number) =>
  `Translation buffer state:\r\ngen code size       ${used}/${capacity}\r\nTB count            412345\r\n`

/** How many of 128 pieces are given out when the processors that run have filled theirs so far, and all others are full. */
const given = (parts: readonly number[], full: number) => ({
  count: full + parts.length,
  used: Math.floor((full + parts.reduce((sum, part) => sum + part, 0)) * (capacity / 128)),
})

t.test('no processor is plugged in when all pieces are given out, however full they are', async (t) => {
  const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 15 })
  fc.assert(
    fc.property(parts, fc.nat(127), (own, full) => {
      const { count, used } = given(own, Math.min(full, 128 - own.length))
      const hasRoom = hasTranslationRoom(report(used), { present: own.length, most: 16 })
      return count < 128 || !hasRoom
    }),
  )
  for (const part of [0, 0.5, 1]) {
    t.notOk(hasTranslationRoom(report(given([part], 127).used), { present: 1, most: 16 }))
    t.notOk(hasTranslationRoom(report(given([part, part, part], 125).used), { present: 3, most: 16 }))
  }
})

t.test('most of the time there is room', async (t) => {
  t.ok(hasTranslationRoom(report(0), { present: 15, most: 16 }))
  t.ok(hasTranslationRoom(report(capacity * 0.98), { present: 1, most: 16 }))
  // So many that each has one piece, and the last one has its own.
  t.ok(hasTranslationRoom(report(0), { present: 254, most: 255 }))
  t.ok(hasTranslationRoom('JIT information is only available with accel=tcg\r\n', { present: 1, most: 16 }))
})
